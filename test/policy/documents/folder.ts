/** One document of each kind that fit together, for tests to take from and to spoil. */
export const agents = `apiVersion: axonflow.io/v1
kind: AgentConfig
metadata: { name: research, domain: generic, description: Finds and writes }
spec:
  execution: { default_mode: parallel, max_parallel_tasks: 2, timeout_seconds: 60, hints: { team: a } }
  agents:
    - { name: searcher, type: connector-call, connector: { name: catalog, operation: search } }
    - name: writer
      type: llm-call
      llm: { provider: openai, model: gpt-4o-mini, temperature: 0.2, max_tokens: 200 }
      prompt_template: "Summarise: {{query}}"
      parameters: { tone: dry }
  routing:
    - { pattern: "find|search", agent: searcher, connector: catalog, priority: 10 }
    - { pattern: ".*", agent: writer }
  synthesis: { enabled: true, prompt_template: "Put together: {{query}}" }
`

export const provider = `apiVersion: stepgate.dev/v1
kind: Provider
metadata: { name: openai }
spec:
  type: openai-compatible
  base_url: https://models.example/v1/
  api_key: { env: OPENAI_API_KEY }
  models:
    gpt-4o-mini: { input_usd_per_million: 0.15, output_usd_per_million: 0.60 }
    free:
`

export const http = `apiVersion: stepgate.dev/v1
kind: Connector
metadata: { name: catalog }
spec:
  type: http
  base_url: http://127.0.0.1:9098
  allow_private: true
  headers: { authorization: { env: CATALOG_TOKEN, prefix: "Bearer " }, accept: application/json }
  timeout: 1m30s
  retries: { attempts: 5, backoff: 200ms }
  operations:
    search: { method: POST, path: /search, body: { q: "{{parameters.query}}" }, idempotent: true }
    item: { path: "/items/{{parameters.id}}", query: { full: "1" }, timeout: 500ms }
`

export const stdio = `apiVersion: stepgate.dev/v1
kind: Connector
metadata: { name: files }
spec:
  type: mcp-stdio
  command: [node, server.mjs]
  environment: { TOKEN: { file: /run/secrets/files }, MODE: strict }
  tools: [read_file, write_file]
  idempotent_tools: [read_file]
`

export const remote = `apiVersion: stepgate.dev/v1
kind: Connector
metadata: { name: tracker }
spec: { type: mcp-http, url: "https://tracker.example/mcp", tools: [list] }
`

export const plan = `apiVersion: stepgate.dev/v1
kind: Plan
metadata: { name: refunds, domain: finance, description: Pays back }
spec:
  execution_mode: balanced
  steps:
    - { name: find, type: connector_call, connector: catalog, operation: search, parameters: { query: "{{query}}" } }
    - name: big
      type: conditional
      depends_on: [find]
      condition: { value: "{{steps.find.output.body.total}}", operator: greater_than, operand: 3 }
      if_true: [ask]
    - { id: ask-someone, name: ask, type: human-task, depends_on: [step_2_big], prompt: "{{steps.find.output}}" }
    - name: write
      type: llm-call
      depends_on: [ask, find]
      provider: openai
      model: gpt-4o-mini
      prompt: "{{steps.ask.output}}"
      timeout: 2s
      retries: { attempts: 2, backoff: 10ms }
      compensation: { connector: files, operation: write_file, parameters: { text: "{{steps.write.output.text}}" } }
`

export const everything = {
  'agents.yaml': agents,
  'provider.yaml': provider,
  'http.yaml': http,
  'stdio.yaml': stdio,
  'remote.yaml': remote,
  'plan.yaml': plan,
}

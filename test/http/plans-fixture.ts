/** A policy folder with agents, a connector and a model, and the real servers that they name. @module */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openOutbound } from '#src/outbound/open-outbound.js'
import { type Live, type LiveOptions, startLive } from './live.js'

/** What the model is asked, and what it answers: text, or the JSON that its schema asks for. */
export type Model = (prompt: string) => string

export interface PlansLive extends Live {
  /** Bodies that the connector's server was sent. */
  readonly searches: unknown[]
  /** Prompts that the model's server was sent. */
  readonly prompts: string[]
}

export interface PlansOptions extends LiveOptions {
  readonly model?: Model
  /** Leave the provider out of the folder. */
  readonly withoutProvider?: boolean
  /** Documents beside those of the fixture. */
  readonly documents?: string
}

const policies = `
apiVersion: stepgate.dev/v1
kind: Policy
metadata: { id: no-payments-by-plan, name: No payments by plan }
spec:
  applies_to: [plan]
  when: [{ field: plan.tools, operator: contains, value: catalog.pay }]
  action: block
  reason: "a plan may not pay: {plan.query}"
---
apiVersion: stepgate.dev/v1
kind: Policy
metadata: { id: big-plans-need-a-person }
spec:
  applies_to: [plan]
  when: [{ field: plan.step_count, operator: greater_than, value: 20 }]
  action: require_approval
  reason: plans of more than twenty steps are read by a person
---
apiVersion: stepgate.dev/v1
kind: Policy
metadata: { id: card-numbers }
spec:
  applies_to: [plan]
  when: [{ field: "*", operator: detects, value: pii.card }]
  action: redact
  redact: [plan.query, step_input, plan.steps]
  reason: card numbers stay out of the record
---
apiVersion: stepgate.dev/v1
kind: Policy
metadata: { id: secret-searches }
spec:
  when: [{ field: "*", operator: contains, value: top secret }]
  action: block
  reason: nothing secret is searched for
---
apiVersion: stepgate.dev/v1
kind: Policy
metadata: { id: deploy-needs-approval }
spec:
  when: [{ field: step_name, operator: equals, value: deploy }]
  action: require_approval
  reason: deployments are approved by a person
`

const agents = `
apiVersion: axonflow.io/v1
kind: AgentConfig
metadata: { name: research, domain: generic }
spec:
  execution: { default_mode: auto, max_parallel_tasks: 3, timeout_seconds: 60 }
  agents:
    - { name: searcher, type: connector-call, description: Looks things up, connector: { name: catalog, operation: search } }
    - { name: writer, type: llm-call, llm: { provider: local, model: small }, prompt_template: "In two sentences: {{query}}" }
  routing:
    - { pattern: "find|search|look up", agent: searcher, priority: 10 }
    - { pattern: "write|summari[sz]e|compare", agent: writer, priority: 5 }
---
apiVersion: axonflow.io/v1
kind: AgentConfig
metadata: { name: desk, domain: travel }
spec:
  agents:
    - { name: flights, type: connector-call, connector: { name: catalog, operation: search }, parameters: { q: "{{query}}", kind: flight } }
  routing: [{ pattern: ".*", agent: flights, priority: 1 }]
  synthesis: { enabled: false }
`

const plan = `
apiVersion: stepgate.dev/v1
kind: Plan
metadata: { name: nightly, domain: ops, description: The nightly look-up }
spec:
  execution_mode: sequential
  steps:
    - { name: look, type: connector-call, connector: catalog, operation: search, parameters: { q: stock } }
    - { name: tell, type: synthesis, depends_on: [look] }
`

const provider = (port: number): string => `
apiVersion: stepgate.dev/v1
kind: Provider
metadata: { name: local }
spec:
  type: openai-compatible
  base_url: http://127.0.0.1:${port}/v1
  allow_private: true
  models: { small: { input_usd_per_million: 1, output_usd_per_million: 2 }, unpriced: {} }
`

const connector = (port: number): string => `
apiVersion: stepgate.dev/v1
kind: Connector
metadata: { name: catalog }
spec:
  type: http
  base_url: http://127.0.0.1:${port}
  allow_private: true
  retries: { attempts: 1, backoff: 1ms }
  operations:
    search: { method: POST, path: /search, body: { q: "{{parameters}}" }, idempotent: true }
    pay: { method: POST, path: /pay, idempotent: false }
    broken: { method: POST, path: /broken, idempotent: false }
`

/** Start servers, folder and gate. */
export async function startPlans(options: PlansOptions = {}): Promise<PlansLive> {
  const { model, withoutProvider, documents, ...rest } = options
  const searches: unknown[] = []
  const prompts: string[] = []
  const catalog = await serve((path, body) => {
    if (path === '/broken') return { status: 422, body: { error: 'out of stock' } }
    searches.push(body)
    return { status: 200, body: { found: searches.length } }
  })
  const llm = await serve((_, body) => {
    const { messages } = body as { messages: { content: string | { text: string }[] }[] }
    const prompt = messages
      .map(({ content }) =>
        typeof content === 'string' ? content : content.map(({ text }) => text).join('\n'),
      )
      .join('\n')
    prompts.push(prompt)
    return { status: 200, body: completion((model ?? (() => 'an answer'))(prompt)) }
  })
  const folder = mkdtempSync(join(tmpdir(), 'stepgate-plans-'))
  const withProvider = withoutProvider
    ? agents.replace(', llm: { provider: local, model: small }', '')
    : agents
  const files = [policies, withProvider, plan, connector(catalog.port), documents ?? '']
  if (!withoutProvider) files.push(provider(llm.port))
  for (const [i, text] of files.entries()) if (text !== '') writeFileSync(join(folder, `${i}.yaml`), text)
  const live = await startLive({
    policies: folder,
    outbound: openOutbound({ readEnv: () => undefined }),
    ...rest,
  })
  return {
    ...live,
    searches,
    prompts,
    close: async () => {
      await live.close()
      for (const { server } of [catalog, llm]) {
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      }
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function completion(content: string): unknown {
  return {
    id: 'c',
    object: 'chat.completion',
    created: 0,
    model: 'small',
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content } }],
    usage: { prompt_tokens: 10, completion_tokens: 20, total_tokens: 30 },
  }
}

type Answer = (path: string, body: unknown) => { readonly status: number; readonly body: unknown }

function serve(answer: Answer): Promise<{ server: Server; port: number }> {
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (part) => {
      text += part
    })
    request.on('end', () => {
      const reply = answer(request.url ?? '', text === '' ? {} : JSON.parse(text))
      response.writeHead(reply.status, { 'content-type': 'application/json' }).end(JSON.stringify(reply.body))
    })
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve({ server, port: (server.address() as AddressInfo).port }))
  })
}

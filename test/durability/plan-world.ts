/** What a plan acts on, outside the process that is killed: a shop that honours keys and fails often, and a language model. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'

export interface PlanWorld {
  readonly url: string
  /** Operations that were carried out: `operation key`, each as often as it was. */
  readonly effects: string[]
  /** Requests that came, by `operation key`. */
  readonly requests: Map<string, number>
  close(): Promise<void>
}

/** The first requests of a flaky operation with one key: asked to wait, an error, a cut connection. */
const flaky = [429, 500, 'cut'] as const

export async function openPlanWorld(): Promise<PlanWorld> {
  const effects: string[] = []
  const requests = new Map<string, number>()
  const answers = new Map<string, object>()

  const shop = async (operation: string, key: string, body: unknown, response: ServerResponse) => {
    const name = `${operation} ${key}`
    const nth = requests.get(name) ?? 0
    requests.set(name, nth + 1)
    await wait(5 + Math.random() * 25)
    const how = operation === 'search' ? flaky[nth] : undefined
    if (how === 'cut') return void response.destroy()
    if (how !== undefined) return void response.writeHead(how, { 'retry-after': '0' }).end()
    if (!answers.has(name)) {
      effects.push(name)
      answers.set(name, { done: operation, number: 7, given: body })
    }
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answers.get(name)))
  }

  const model = async (body: { messages: { content: unknown }[] }, response: ServerResponse) => {
    await wait(10)
    const asked = JSON.stringify(body.messages)
    const plans = asked.includes('"tasks"') || asked.includes('tasks')
    const content = plans
      ? JSON.stringify({
          reasoning: 'look first, write then',
          tasks: [
            { task: 'look up tin', agent: 'searcher', depends_on: [] },
            { task: 'write about tin', agent: 'writer', depends_on: [1] },
          ],
        })
      : 'Tin is a metal.'
    response.setHeader('content-type', 'application/json').end(
      JSON.stringify({
        id: 'c',
        object: 'chat.completion',
        created: 1,
        model: 'small',
        choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 20, completion_tokens: 5, total_tokens: 25 },
      }),
    )
  }

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    let text = ''
    for await (const chunk of request) text += chunk
    const body = text === '' ? {} : JSON.parse(text)
    const path = (request.url ?? '').slice(1)
    if (path === 'v1/chat/completions') await model(body, response)
    else await shop(path, String(request.headers['idempotency-key']), body, response)
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    effects,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Documents and policies of a process that runs plans in that world. */
export function planDocuments(url: string, mcpServer: string): string {
  const operation = (name: string) =>
    `      ${name}: { method: POST, path: /${name}, body: "{{parameters}}", idempotent: true }`
  return `
apiVersion: stepgate.dev/v1
kind: Connector
metadata: { name: shop }
spec:
  type: http
  base_url: ${url}
  allow_private: true
  timeout: 5s
  retries: { attempts: 8, backoff: 10ms }
  operations:
${['search', 'price', 'order', 'cancel', 'mail'].map(operation).join('\n')}
---
apiVersion: stepgate.dev/v1
kind: Connector
metadata: { name: files }
spec: { type: mcp-stdio, command: [${process.execPath}, ${mcpServer}], tools: [read_file], retries: { attempts: 5, backoff: 20ms } }
---
apiVersion: stepgate.dev/v1
kind: Provider
metadata: { name: local }
spec:
  type: openai-compatible
  base_url: ${url}/v1
  allow_private: true
  models: { small: { input_usd_per_million: 1, output_usd_per_million: 2 } }
---
apiVersion: axonflow.io/v1
kind: AgentConfig
metadata: { name: metals, domain: generic }
spec:
  agents:
    - { name: searcher, type: connector-call, connector: { name: shop, operation: price } }
    - { name: writer, type: llm-call, llm: { provider: local, model: small }, prompt_template: "Write: {{query}}" }
  routing:
    - { pattern: "look up", agent: searcher, priority: 10 }
    - { pattern: ".*", agent: writer, priority: 1 }
---
apiVersion: stepgate.dev/v1
kind: Policy
metadata: { id: orders-are-approved }
spec:
  when: [{ field: tool_name, operator: equals, value: shop.order }]
  action: require_approval
  reason: orders are approved by a person
---
apiVersion: stepgate.dev/v1
kind: Policy
metadata: { id: no-mail-to-strangers }
spec:
  when: [{ field: tool_input.to, operator: equals, value: stranger }]
  action: block
  reason: strangers get no mail
`
}

/** Twelve steps: a fan-out of four, an MCP tool, a language model, a condition, a hold, a compensation, a block. */
export const twelveSteps = [
  {
    name: 'search',
    type: 'connector-call',
    connector: 'shop',
    operation: 'search',
    parameters: { q: '{{query}}' },
  },
  ...['north', 'east', 'south'].map((place) => ({
    name: `price-${place}`,
    type: 'connector-call',
    connector: 'shop',
    operation: 'price',
    parameters: { place, of: '{{steps.search.output.body.done}}' },
    depends_on: ['search'],
  })),
  {
    name: 'read',
    type: 'connector-call',
    connector: 'files',
    operation: 'read_file',
    parameters: { path: 'terms.txt' },
    depends_on: ['search'],
  },
  {
    name: 'write',
    type: 'llm-call',
    provider: 'local',
    model: 'small',
    prompt: 'Compare {{steps.price-north.output.body.number}} and {{steps.price-south.output.body.number}}',
    depends_on: ['price-north', 'price-east', 'price-south'],
  },
  {
    name: 'cheap',
    type: 'conditional',
    condition: { value: '{{steps.price-east.output.body.number}}', operator: 'less_than', operand: 10 },
    if_true: ['order'],
    if_false: ['complain'],
    depends_on: ['price-east', 'read'],
  },
  {
    name: 'order',
    type: 'connector-call',
    connector: 'shop',
    operation: 'order',
    parameters: { text: '{{steps.write.output.text}}' },
    compensation: {
      connector: 'shop',
      operation: 'cancel',
      parameters: { number: '{{steps.order.output.body.number}}' },
    },
    depends_on: ['cheap', 'write'],
  },
  {
    name: 'complain',
    type: 'connector-call',
    connector: 'shop',
    operation: 'mail',
    parameters: {},
    depends_on: ['cheap'],
  },
  {
    name: 'check',
    type: 'connector-call',
    connector: 'shop',
    operation: 'price',
    parameters: { place: 'again' },
    depends_on: ['order'],
  },
  {
    name: 'tell',
    type: 'connector-call',
    connector: 'shop',
    operation: 'mail',
    parameters: { to: 'stranger' },
    depends_on: ['check'],
  },
  { name: 'end', type: 'synthesis', depends_on: ['tell', 'order'] },
]

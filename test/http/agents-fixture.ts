/** Agents, a provider and a connector as the policy folder would declare them. @module */
import type { AgentResource, Registry } from '#src/domain/agent.js'
import type { JsonObject } from '#src/domain/json.js'
import { checkAgentConfig } from '#src/policy/documents/check-agent-config.js'

export const agentsPath = '/api/v1/agents'

const searcher = {
  name: 'searcher',
  type: 'connector-call',
  connector: { name: 'catalog', operation: 'search' },
}

/** A configuration as callers send it. */
export const config = ({
  model = 'gpt-4',
  rules,
}: {
  readonly model?: string
  readonly rules?: readonly object[]
} = {}) => ({
  execution: { default_mode: 'auto', max_parallel_tasks: 3, timeout_seconds: 60 },
  agents: [
    searcher,
    {
      name: 'writer',
      type: 'llm-call',
      llm: { provider: 'openai', model },
      prompt_template: 'Summarise {{query}} for {{context.audience}}',
    },
  ],
  routing: rules ?? [
    { pattern: 'find|search', agent: 'searcher', priority: 10 },
    { pattern: 'summarise', agent: 'writer', priority: 1 },
  ],
})

/** An agent kept in a file. */
export function fileAgent(domain: string, name: string, description?: string): AgentResource {
  const document = config() as unknown as JsonObject
  const checked = checkAgentConfig(document)
  if (!checked.ok) throw new Error(JSON.stringify(checked.fields))
  return {
    id: `${domain}/${name}`,
    name,
    domain,
    ...(description === undefined ? {} : { description }),
    source: 'file',
    active: true,
    version: 1,
    config: checked.config,
    document,
  }
}

const patience = { timeoutMs: 1000, retries: { attempts: 1, backoffMs: 1 } }

/** Two agents in files; nothing listens where the provider and the connector point. */
export const registry: Registry = {
  agents: [fileAgent('generic', 'research', 'Finds things OUT'), fileAgent('finance', 'ledger')],
  providers: new Map([
    [
      'openai',
      {
        name: 'openai',
        type: 'openai-compatible',
        baseUrl: 'http://127.0.0.1:9/v1',
        allowPrivate: true,
        models: { 'gpt-4': { inputUsdPerMillion: 30, outputUsdPerMillion: 60 } },
        ...patience,
      },
    ],
  ]),
  connectors: new Map([
    [
      'catalog',
      {
        name: 'catalog',
        type: 'http',
        baseUrl: 'http://127.0.0.1:9',
        allowPrivate: true,
        headers: {},
        operations: { search: { method: 'POST', path: '/search', idempotent: true } },
        ...patience,
      },
    ],
  ]),
  plans: new Map(),
}

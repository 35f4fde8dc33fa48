/** Agents on the wire. @module */
import {
  amount,
  anyObject,
  count,
  flag,
  instant,
  list,
  object,
  oneOf,
  ref,
  type Schema,
  text,
} from './parts.js'
import { decision } from './words.js'

const name: Schema = { type: 'string', maxLength: 63, pattern: '^[a-z0-9][a-z0-9_-]*$' }
const description: Schema = { type: 'string', maxLength: 2000 }
const version: Schema = { type: 'integer', minimum: 1 }
const percent: Schema = { type: 'number', minimum: 0, maximum: 100 }
const config: Schema = {
  ...anyObject,
  description:
    'The spec of an AgentConfig document: execution, agents, routing, synthesis; 256 KiB as JSON at most. What it names must be declared in the policy folder.',
}
const problems = list(object({ field: text, message: text }))

const change = object({
  version,
  change_type: oneOf('create', 'update', 'delete', 'activate', 'deactivate', 'rollback', 'rollout'),
  changed_at: instant,
  changed_by: text,
  change_summary: text,
})

/** Shapes of the agent registry. */
export const agentSchemas = {
  Agent: object(
    {
      id: { ...text, description: '`<domain>/<name>` from a file, a UUID from the database.' },
      name: text,
      domain: text,
      spec: config,
      config: { ...config, description: 'The same as spec.' },
      version,
      is_active: {
        ...flag,
        description:
          'An agent of the database goes before a file of its domain and name also while it is inactive: deactivating it is how a file’s agent is switched off.',
      },
      source: oneOf('file', 'database'),
      read_only: { ...flag, description: 'It is kept in a file, and changed there.' },
    },
    {
      description: text,
      created_at: instant,
      updated_at: instant,
      rollout: {
        ...object({ version, percent }),
        description: 'That share of the runs gets the description and config of that version.',
      },
    },
  ),
  AgentReply: object({ agent: ref('Agent') }),
  AgentPage: object({
    agents: list(ref('Agent')),
    pagination: object({
      page: version,
      page_size: { type: 'integer', minimum: 1, maximum: 100 },
      total_items: count,
      total: count,
      total_pages: count,
    }),
  }),
  NewAgent: object(
    { name, config },
    { domain: { ...name, default: 'generic' }, description, is_active: flag },
  ),
  AgentUpdate: object(
    {},
    {
      name,
      domain: name,
      description: { ...description, description: 'Empty: there is none any more.' },
      is_active: flag,
      config,
      version: { ...version, description: 'The version that was seen: another one is 409.' },
      rollout_percent: {
        type: 'number',
        exclusiveMinimum: 0,
        exclusiveMaximum: 100,
        description: 'The changed agent is for this share of the runs; the others stay at what it was.',
      },
    },
  ),
  AgentValidation: object({ config }, { name, domain: name }),
  AgentValidity: object({ valid: flag, summary: text }, { errors: problems }),
  AgentVersions: object({ versions: list(change), total: count, limit: version }),
  AgentAtVersion: object({ agent: ref('Agent') }, { version: change }),
  AgentRollout: object(
    { percent: { ...percent, description: '0 ends the rollout, 100 makes the version that of all runs.' } },
    {
      version: { ...version, description: 'A stored version; needed unless percent is 0.' },
      by: oneOf('run'),
    },
  ),
  AgentTest: object({ query: text }, { context: anyObject }),
  AgentTestResult: object({
    success: { ...flag, description: 'A run would not be stopped by what can be known before it.' },
    result: object(
      {
        steps: list(
          object(
            {
              id: text,
              name: text,
              type: text,
              depends_on: list(text),
              decision,
              reason: text,
              policies: list(ref('PolicyMatch')),
            },
            {
              agent: text,
              input: {
                ...anyObject,
                description: 'As its gate would see it, with placeholders for outputs.',
              },
            },
          ),
        ),
      },
      {
        execution_mode: text,
        estimated_cost_usd: amount,
        decision,
        reason: text,
        policies: list(ref('PolicyMatch')),
        unmatched: list(text),
      },
    ),
    execution_time_ms: amount,
    tasks_executed: { ...count, description: 'Steps that were tried; none is really executed.' },
    errors: list(text),
  }),
}

/**
 * `kind: AgentConfig`: who does the tasks of a domain (MAP contract §3.1).
 * @module
 */
import { z } from 'zod'
import { type Agent, type AgentConfig, automaticModes } from '../../domain/agent.js'
import { closed, text } from '../language/policy-schema.js'
import { checkAgents, longestPattern } from './agent-rules.js'
import { asJson, free, name, template } from './forms.js'

const count = (least: string) => z.int().min(0, least)

const execution = closed({
  default_mode: z
    .enum(automaticModes)
    .describe('sequential, parallel, auto (default) or balanced; never confirm or step.')
    .optional(),
  max_parallel_tasks: count('this is 0 or more')
    .describe('Steps that run at one time; default 5.')
    .optional(),
  timeout_seconds: z.number().min(0, 'this is 0 or more').describe('Of a whole run; default 300.').optional(),
  hints: free.describe('Anything, for those who read it.').optional(),
})

const llm = closed({
  provider: name,
  model: text,
  temperature: z
    .number()
    .min(0, 'temperature is from 0 to 2')
    .max(2, 'temperature is from 0 to 2')
    .optional(),
  max_tokens: count('this is 0 or more').optional(),
})

const agent = closed({
  name,
  type: z.enum(['llm-call', 'connector-call']),
  description: text.optional(),
  llm: llm.optional(),
  connector: closed({ name, operation: text }).optional(),
  prompt_template: template.describe('{{query}} and other templates.').optional(),
  parameters: free.optional(),
})

const rule = closed({
  pattern: z
    .string()
    .min(1, 'this is empty')
    .max(longestPattern, `a pattern has ${longestPattern} characters at most`)
    .describe('Regular expression in RE2 syntax; letter case is ignored unless it says (?-i).'),
  agent: name,
  connector: name.optional(),
  priority: z.number().describe('The highest is asked first; default 0.').optional(),
})

/** The part of the document that the API takes and shows, too. */
export const agentSpec = closed({
  execution: execution.optional(),
  agents: z.array(agent).min(1, 'there is no agent').max(100, 'there are 100 agents at most'),
  routing: z.array(rule).max(200, 'there are 200 rules at most').optional(),
  synthesis: closed({
    enabled: z.boolean().describe('Default: true.').optional(),
    prompt_template: template.optional(),
  }).optional(),
}).check(({ value, issues }) => {
  for (const { path, message } of checkAgents(value))
    issues.push({ code: 'custom', path, message, input: value })
})

export const agentDocument = closed({
  apiVersion: z.string().startsWith('axonflow.io/', 'apiVersion starts with axonflow.io/'),
  kind: z.literal('AgentConfig'),
  metadata: closed({ name, domain: name, description: text.optional() }),
  spec: agentSpec,
})

export type AgentSpec = z.infer<typeof agentSpec>

/** What a checked configuration says, with its defaults. */
export function agentConfigOf({
  execution = {},
  agents,
  routing = [],
  synthesis = {},
}: AgentSpec): AgentConfig {
  const prompt = synthesis.prompt_template
  return {
    execution: {
      defaultMode: execution.default_mode ?? 'auto',
      maxParallelTasks: execution.max_parallel_tasks ?? 5,
      timeoutSeconds: execution.timeout_seconds ?? 300,
      hints: asJson(execution.hints ?? {}),
    },
    agents: agents.map(agentOf),
    routing: routing.map(({ pattern, agent, connector, priority = 0 }) => ({
      pattern,
      agent,
      ...(connector === undefined ? {} : { connector }),
      priority,
    })),
    synthesis: {
      enabled: synthesis.enabled ?? true,
      ...(prompt === undefined ? {} : { promptTemplate: prompt }),
    },
  }
}

function agentOf({
  name,
  type,
  description,
  llm,
  connector,
  parameters,
  ...raw
}: AgentSpec['agents'][number]): Agent {
  return {
    name,
    type,
    ...(description === undefined ? {} : { description }),
    ...(llm === undefined ? {} : { llm: modelOf(llm) }),
    ...(connector === undefined ? {} : { connector }),
    ...(raw.prompt_template === undefined ? {} : { promptTemplate: raw.prompt_template }),
    ...(parameters === undefined ? {} : { parameters: asJson(parameters) }),
  }
}

function modelOf({
  provider,
  model,
  temperature,
  max_tokens,
}: z.infer<typeof llm>): NonNullable<Agent['llm']> {
  return {
    provider,
    model,
    ...(temperature === undefined ? {} : { temperature }),
    ...(max_tokens === undefined ? {} : { maxTokens: max_tokens }),
  }
}

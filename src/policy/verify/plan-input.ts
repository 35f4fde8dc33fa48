/** The input that a test of a plan stands for: what follows from its steps need not be written twice. @module */
import type { Identity } from '../../domain/identity.js'
import { judgeInput } from '../../domain/plan/judge-input.js'
import type { Plan } from '../../domain/plan/plan.js'

type Input = Readonly<Record<string, unknown>>
type Step = Readonly<Record<string, unknown>>

/** What a plan is judged with where the test does not say otherwise; with the test's own steps, filled up. */
export function plainPlan(own: Input, identity: Identity, now: number): Input {
  const plain = judgeInput(emptyPlan(identity, now), identity, now).object as Input
  const given = (withFilledSteps(own).plan ?? {}) as Input
  if (!Array.isArray(given.steps)) return plain
  const steps = given.steps as readonly Step[]
  const texts = (name: string): string[] => distinct(steps.map((step) => step[name]))
  const models = steps.map(({ provider, model }) => provider && model && `${provider}/${model}`)
  return {
    ...plain,
    plan: {
      ...(plain.plan as Input),
      step_count: steps.length,
      tools: texts('tool_name'),
      connectors: texts('connector'),
      providers: texts('provider'),
      models: distinct(models),
      agents: texts('agent'),
    },
    step_input: {
      query: given.query ?? '',
      steps: steps.map(({ prompt, parameters }) => ({
        ...(prompt === undefined ? {} : { prompt }),
        ...(parameters === undefined ? {} : { parameters }),
      })),
    },
  }
}

const distinct = (values: readonly unknown[]): string[] =>
  [...new Set(values.filter((value) => typeof value === 'string'))].sort()

/** The test's input, its steps with the members that every step has. */
export function withFilledSteps(own: Input): Input {
  const { steps } = (own.plan ?? {}) as Input
  return Array.isArray(steps)
    ? { ...own, plan: { ...(own.plan as Input), steps: steps.map(filledStep) } }
    : own
}

function filledStep(raw: unknown, place: number): Step {
  const given = (typeof raw === 'object' && raw !== null ? raw : {}) as Step
  const { tool_name, connector, operation } = given
  const [first, ...rest] = typeof tool_name === 'string' ? tool_name.split('.') : []
  const call = {
    ...(first === undefined || rest.length === 0 ? {} : { connector: first, operation: rest.join('.') }),
    ...(connector === undefined || operation === undefined ? {} : { tool_name: `${connector}.${operation}` }),
  }
  const called = tool_name !== undefined || connector !== undefined
  const name = given.name ?? `task-${place + 1}`
  return {
    id: `step_${place + 1}_${name}`,
    name,
    type: called ? 'connector_call' : 'llm_call',
    ...call,
    depends_on: [],
    ...given,
  }
}

const emptyPlan = ({ org, tenant, client }: Identity, now: number): Plan => ({
  key: 0,
  id: 'plan_test',
  org,
  tenant,
  client,
  rowVersion: 1,
  version: 1,
  status: 'pending',
  query: '',
  domain: 'generic',
  mode: 'auto',
  metadata: {},
  steps: [],
  maxParallel: 5,
  timeoutMs: 300_000,
  planning: { by: 'caller', choices: [] },
  estimate: { usd: 0, breakdown: [], unpriced: [] },
  createdAt: now,
  updatedAt: now,
  expiresAt: now,
})

/**
 * `kind: Plan`, and the steps of plans wherever they come from.
 * @module
 */
import { z } from 'zod'
import { type ModelUse, planModes } from '../../domain/agent.js'
import {
  conditionOperators,
  type PlanStep,
  type PlanStepType,
  planStepTypes,
} from '../../domain/plan/step.js'
import { API_VERSION, closed, duration, text } from '../language/policy-schema.js'
import { asJson, free, json, millisecondsOf, name, retries, retriesOf, stepName } from './forms.js'

const underscored = planStepTypes.map((type) => type.replaceAll('-', '_'))
const references = z.array(z.string()).optional()

const condition = closed({
  value: json.describe('A template, such as "{{steps.search.output.body.total}}".'),
  operator: z.enum(conditionOperators),
  operand: json.optional(),
}).check(({ value, issues }) => {
  const alone = value.operator === 'exists' || value.operator === 'not_exists'
  if (alone === (value.operand === undefined)) return
  const message = alone ? `${value.operator} takes no operand` : `${value.operator} needs an operand`
  issues.push({ code: 'custom', message, path: ['operator'], input: value })
})

export const stepForm = closed({
  id: stepName.describe('Default: step_<place>_<name>.').optional(),
  name: stepName.describe('Unique in the plan.'),
  type: z.enum([...planStepTypes, ...underscored] as [string, ...string[]]),
  description: z.string().optional(),
  agent: z.string().describe('Who takes it.').optional(),
  depends_on: references.describe('Names or ids of the steps that come before.'),
  provider: name.optional(),
  model: text.optional(),
  temperature: z
    .number()
    .min(0, 'temperature is from 0 to 2')
    .max(2, 'temperature is from 0 to 2')
    .optional(),
  max_tokens: z.int().min(0, 'this is 0 or more').optional(),
  prompt: z.string().min(1, 'this is empty').describe('A template.').optional(),
  connector: name.optional(),
  operation: text.describe('For MCP: the tool.').optional(),
  parameters: free.describe('Templates in its texts.').optional(),
  condition: condition.optional(),
  if_true: references.describe('Steps that are left out unless the condition holds.'),
  if_false: references.describe('Steps that are left out where it holds.'),
  timeout: duration.describe('Of one attempt.').optional(),
  retries: retries.optional(),
  compensation: closed({ connector: name, operation: text, parameters: free.optional() })
    .describe('Called when the plan fails after this step was done.')
    .optional(),
}).check(({ value, issues }) => {
  const together = (one: 'provider' | 'connector', others: readonly (keyof typeof value)[]): void => {
    const stray = others.find((other) => value[other] !== undefined)
    if (value[one] === undefined && stray !== undefined)
      issues.push({ code: 'custom', message: `${stray} needs ${one}`, path: [stray], input: value[stray] })
  }
  together('provider', ['model', 'temperature', 'max_tokens'])
  together('connector', ['operation'])
  const [first, second] = [value.provider !== undefined, value.connector !== undefined]
  if (first && value.model === undefined)
    issues.push({
      code: 'custom',
      message: 'provider needs model',
      path: ['provider'],
      input: value.provider,
    })
  if (second && value.operation === undefined)
    issues.push({
      code: 'custom',
      message: 'connector needs operation',
      path: ['connector'],
      input: value.connector,
    })
})

type RawStep = z.infer<typeof stepForm>

export const planDocument = closed({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('Plan'),
  metadata: closed({
    name,
    domain: name.describe('Default: generic.').optional(),
    description: text.optional(),
  }),
  spec: closed({
    execution_mode: z.enum(planModes).describe('Default: auto.').optional(),
    steps: z.array(stepForm).min(1, 'there is no step').max(500, 'a plan has 500 steps at most'),
  }),
})

/** Retries of a step that names only one of the two. */
const standardRetries = { attempts: 3, backoffMs: 200 }

/** The steps with their ids; what refers to a step by its name refers to its id. */
export function stepsOf(raw: readonly RawStep[]): PlanStep[] {
  const ids = raw.map(({ id, name }, place) => id ?? `step_${place + 1}_${name}`)
  const byName = new Map(raw.map(({ name }, place) => [name, ids[place]!]))
  const known = new Set(ids)
  const idOf = (idOrName: string): string =>
    known.has(idOrName) ? idOrName : (byName.get(idOrName) ?? idOrName)
  return raw.map((step, place) => stepOf(step, ids[place]!, idOf))
}

function stepOf(raw: RawStep, id: string, idOf: (idOrName: string) => string): PlanStep {
  const { connector, operation, timeout, compensation: undo } = raw
  const idsOf = (given: readonly string[]): string[] => [...new Set(given.map(idOf))]
  const llm = modelOf(raw)
  return {
    id,
    name: raw.name,
    type: raw.type.replaceAll('_', '-') as PlanStepType,
    ...(raw.description === undefined ? {} : { description: raw.description }),
    ...(raw.agent === undefined ? {} : { agent: raw.agent }),
    dependsOn: idsOf(raw.depends_on ?? []),
    ...(llm ? { llm } : {}),
    ...(connector === undefined || operation === undefined ? {} : { call: { connector, operation } }),
    ...(raw.prompt === undefined ? {} : { prompt: raw.prompt }),
    ...(raw.parameters === undefined ? {} : { parameters: asJson(raw.parameters) }),
    ...(raw.condition === undefined ? {} : { condition: conditionOf(raw.condition) }),
    ...(raw.if_true === undefined ? {} : { ifTrue: idsOf(raw.if_true) }),
    ...(raw.if_false === undefined ? {} : { ifFalse: idsOf(raw.if_false) }),
    ...(timeout === undefined ? {} : { timeoutMs: millisecondsOf(timeout) }),
    ...(raw.retries === undefined ? {} : { retries: retriesOf(raw.retries, standardRetries) }),
    ...(undo === undefined
      ? {}
      : {
          compensation: {
            connector: undo.connector,
            operation: undo.operation,
            ...(undo.parameters === undefined ? {} : { parameters: asJson(undo.parameters) }),
          },
        }),
  }
}

function modelOf({ provider, model, temperature, max_tokens }: RawStep): ModelUse | undefined {
  if (provider === undefined || model === undefined) return undefined
  return {
    provider,
    model,
    ...(temperature === undefined ? {} : { temperature }),
    ...(max_tokens === undefined ? {} : { maxTokens: max_tokens }),
  }
}

function conditionOf({
  value,
  operator,
  operand,
}: NonNullable<RawStep['condition']>): NonNullable<PlanStep['condition']> {
  return { value: asJson(value), operator, ...(operand === undefined ? {} : { operand: asJson(operand) }) }
}

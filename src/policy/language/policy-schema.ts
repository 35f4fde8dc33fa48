/**
 * The form of the YAML documents: names, types and what is left out. What a form cannot say (fields that exist, patterns
 * that compile, values that fit their operator) is checked after it.
 * @module
 */
import { z } from 'zod'
import { policyActions } from '../../domain/decision.js'
import { durationMs, durationPattern } from './duration.js'
import { suggestion } from './nearest.js'
import { operators } from './when.js'

/** `apiVersion` of all documents of this language. */
export const API_VERSION = 'stepgate.dev/v1'

/** Rounds and hooks a policy may judge. */
const hooks = ['step', 'plan', 'completion', 'code'] as const

/** Unknown members of one object that are told: a document may have come from anywhere. */
const MOST_UNKNOWN = 20

/** An object with no other members; an unknown one is answered with the nearest known name, a line for each. */
export function closed<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const known = Object.keys(shape)
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys
            .slice(0, MOST_UNKNOWN)
            .map(
              (key) =>
                `unknown key ${JSON.stringify(key.slice(0, 60))}${suggestion(key.slice(0, 60), known)}`,
            )
            .join('\n')
        : undefined,
  })
}

export const text = z.string().trim().min(1, 'this is empty')
const texts = z.array(text).min(1, 'the list is empty')

const scalar = z.union([z.string(), z.number(), z.boolean()])

const conditions: z.ZodType = z.union([
  z.lazy(() => condition),
  z
    .array(z.lazy(() => conditions))
    .min(1, 'the list is empty: a condition without tests would hold for everything'),
])

/** For editors only: what is checked operator by operator after the form. */
const operatorRules = {
  dependencies: { field: ['operator'], operator: ['field'], value: ['field', 'operator'] },
  allOf: [
    {
      if: { properties: { operator: { enum: ['exists', 'not_exists'] } }, required: ['operator'] },
      // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema
      then: { not: { required: ['value'] } },
      else: { dependencies: { operator: ['value'] } },
    },
    {
      if: { properties: { operator: { enum: ['in', 'not_in', 'contains_any'] } }, required: ['operator'] },
      // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema
      then: { properties: { value: { type: 'array' } } },
    },
  ],
}

const condition: z.ZodType = closed({
  all: z.lazy(() => conditions).optional(),
  any: z.lazy(() => conditions).optional(),
  not: z.lazy(() => conditions).optional(),
  field: z.string().describe('Path into the input, such as tool_input.rows[*].id, or "*".').optional(),
  operator: z.enum(operators).optional(),
  value: z.union([scalar, z.array(scalar).min(1, 'the list is empty')]).optional(),
}).meta({
  id: 'Condition',
  description:
    'A test of a field, or all (of these), any (of these), not; several together must all hold. A list means all.',
  ...operatorRules,
})

export const duration = z
  .string()
  .refine((value) => durationMs(value) !== undefined, 'this is no duration: write 30m, 24h, 1h30m, 7d')
  .meta({ pattern: durationPattern })

export const appliesToSchema = z
  .array(z.enum(hooks))
  .min(1, 'the list is empty')
  .describe('What is judged; default: step.')
export const enforcementSchema = z
  .enum(['enforce', 'shadow', 'off'])
  .describe('shadow: recorded, never decides. Default: enforce.')
export const rolloutSchema = closed({
  percent: z.number().min(0, 'percent is from 0 to 100').max(100, 'percent is from 0 to 100').optional(),
  by: text
    .describe('Field whose value chooses the share; default: workflow_id, plan.id of plans.')
    .optional(),
}).describe('The policy applies to this share of runs, always the same ones.')
export const scopeSchema = closed({
  tenants: texts.optional(),
  sources: texts.optional(),
}).describe('Whom it concerns; default: everyone ("*").')
export const ownerSchema = text.describe('Who answers for the policy.')
export const tagsSchema = z.array(text)

export const approvalSchema = closed({
  expires_in: duration.describe('Time until the hold counts as denied, such as 24h.').optional(),
  roles: texts.describe('Roles that may decide; default: anyone of the tenant.').optional(),
  quorum: z.int().min(1, 'a quorum is at least 1').describe('Different people needed; default 1.').optional(),
})

export const redactSchema = texts

const expectation = closed({
  decision: z.enum(['allow', 'block', 'require_approval']).optional(),
  policies: z.array(z.string()).describe('Exactly these policies hold.').optional(),
  reason: z.string().optional(),
})
const input = z.record(z.string(), z.unknown())
const test = closed({
  name: text,
  input: input.describe('Policy input; of a matrix: what all its inputs share.').optional(),
  inputs: z
    .union([z.array(input).min(1, 'the list is empty'), z.record(z.string(), input)])
    .describe('Matrix: many inputs, by name or as a list.')
    .optional(),
  expect: z
    .union([expectation, z.record(z.string(), expectation)])
    .describe('What comes of it; of a matrix with named inputs: one for all, or one for each name.'),
})
const tests = z.array(test)

const id = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]*$/, 'an id is made of a-z, 0-9 and -, and starts with a letter or digit')
  .max(128, 'an id has 128 characters at most')

const apiVersion = z.literal(API_VERSION)

export const policyDocument = closed({
  apiVersion,
  kind: z.literal('Policy'),
  metadata: closed({
    id: id.describe('Unique in the folder.'),
    name: text.describe('Shown to people; default: the id.').optional(),
    description: text.optional(),
    owner: ownerSchema.optional(),
    tags: tagsSchema.optional(),
  }),
  spec: closed({
    applies_to: appliesToSchema.optional(),
    enforcement: enforcementSchema.optional(),
    rollout: rolloutSchema.optional(),
    scope: scopeSchema.optional(),
    when: conditions,
    action: z.enum(policyActions as [string, ...string[]]),
    reason: text.describe('Told to people; {field} is filled from the input. Default: the name.').optional(),
    approval: approvalSchema.describe('Terms of the hold; only with require_approval.').optional(),
    redact: redactSchema.describe('Paths to mask; only with redact.').optional(),
  }),
  tests: tests.optional(),
})

export const testDocument = closed({
  apiVersion: apiVersion.optional(),
  kind: z.literal('PolicyTest').optional(),
  metadata: closed({ name: text.optional(), description: text.optional() }).optional(),
  tests: tests.min(1, 'the list is empty'),
})

export const dataDocument = closed({
  apiVersion,
  kind: z.literal('Data'),
  metadata: closed({ name: text.optional(), description: text.optional() }).optional(),
  data: z.record(z.string(), z.unknown()).describe('Merged under data, as Rego sees it.'),
})

export type PolicyDocument = z.infer<typeof policyDocument>
export type TestDocument = z.infer<typeof testDocument>

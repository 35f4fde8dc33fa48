/**
 * What OPA's annotations say of a policy written in Rego.
 * @module
 */
import { z } from 'zod'
import type { Hook, Policy, PolicyProblem } from '../policy.js'
import { checkNamedField, rolloutField } from './input-fields.js'
import { nearestOf } from './nearest.js'
import {
  appliesToSchema,
  enforcementSchema,
  ownerSchema,
  rolloutSchema,
  scopeSchema,
  tagsSchema,
} from './policy-schema.js'
import type { Annotations } from './rego-ast.js'
import { checkForm } from './schema-problems.js'

/** `custom` may hold anything else besides: other tools read it too. */
const customSchema = z.looseObject({
  owner: ownerSchema.optional(),
  tags: tagsSchema.optional(),
  applies_to: appliesToSchema.optional(),
  enforcement: enforcementSchema.optional(),
  rollout: rolloutSchema.optional(),
  scope: scopeSchema.optional(),
})
const known = Object.keys(customSchema.shape)

export type Metadata = Pick<
  Policy,
  'name' | 'description' | 'owner' | 'tags' | 'appliesTo' | 'enforcement' | 'rollout' | 'scope'
>

/** Reads the annotations of a package; with none, all is as by default. */
export function readMetadata(
  annotations: Annotations | undefined,
  id: string,
  file: string,
): { metadata: Metadata; problems: PolicyProblem[] } {
  const { title, description, custom: raw = {}, location } = annotations ?? { scope: 'package' }
  const problems: PolicyProblem[] = []
  const error = (path: readonly PropertyKey[], message: string): void => {
    const at = location === undefined ? {} : { line: location.row, column: location.col }
    problems.push({
      file,
      ...at,
      message: `custom.${path.map(String).join('.')}: ${message}`,
      severity: 'error',
    })
  }
  const form = checkForm(customSchema, raw)
  for (const { path, message } of form.problems) error(path, message)
  for (const name of Object.keys(raw)) {
    const near = known.includes(name) ? undefined : nearestOf(name, known)
    if (near !== undefined) error([name], `unknown key; did you mean "${near}"?`)
  }
  const custom = form.value ?? {}
  const appliesTo = [...new Set(custom.applies_to ?? ['step'])] as Hook[]
  const by = (raw.rollout as { by?: unknown } | null | undefined)?.by ?? rolloutField(appliesTo)
  const { problem } = typeof by === 'string' ? checkNamedField(by, appliesTo, true) : {}
  if (problem !== undefined) error(['rollout', 'by'], problem.message)
  return {
    metadata: {
      name: title ?? id,
      ...(description === undefined ? {} : { description }),
      ...(custom.owner === undefined ? {} : { owner: custom.owner }),
      tags: custom.tags ?? [],
      appliesTo,
      enforcement: custom.enforcement ?? 'enforce',
      rollout: { percent: custom.rollout?.percent ?? 100, by: String(by) },
      scope: { tenants: custom.scope?.tenants ?? ['*'], sources: custom.scope?.sources ?? ['*'] },
    },
    problems,
  }
}

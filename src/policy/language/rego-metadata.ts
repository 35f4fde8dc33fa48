/**
 * What OPA's annotations say of a policy written in Rego.
 * @module
 */
import { z } from 'zod'
import type { Hook, Policy, PolicyProblem } from '../policy.js'
import type { RegoModule } from './file-reading.js'
import { Findings } from './findings.js'
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
import { annotationsText } from './rego-annotations.js'
import type { Annotations } from './rego-ast.js'
import { checkForm } from './schema-problems.js'
import type { ValuePath } from './yaml-documents.js'

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

/** OPA's own; it passes over all others. */
const annotationKeys = [
  'scope',
  'title',
  'description',
  'entrypoint',
  'organizations',
  'related_resources',
  'authors',
  'schemas',
  'compile',
  'custom',
]

/** Reads the annotations of a module's package; with none, all is as by default. */
export function readMetadata(
  { annotations, path: file, rego }: Pick<RegoModule, 'annotations' | 'path' | 'rego'>,
  id: string,
): { metadata: Metadata; problems: readonly PolicyProblem[] } {
  const { title, description, custom: raw = {} } = annotations ?? { scope: 'package' }
  const findings = new Findings(file, annotationsText(rego, annotations))
  const error = (path: ValuePath, message: string, key = false): void =>
    findings.error(['custom', ...path], `custom.${path.map(String).join('.')}: ${message}`, { key })
  const form = checkForm(customSchema, raw)
  for (const { path, message, key } of form.problems) error(path, message, key)
  for (const name of Object.keys(raw)) {
    const near = known.includes(name) ? undefined : nearestOf(name, known)
    if (near !== undefined) error([name], `unknown key; did you mean "${near}"?`, true)
  }
  checkKeys(findings)
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
    problems: findings.problems,
  }
}

function checkKeys(findings: Findings): void {
  for (const name of Object.keys(findings.document.value as object)) {
    if (annotationKeys.includes(name)) continue
    const near = nearestOf(name, annotationKeys)
    if (known.includes(name))
      findings.error([name], `${name} is read under custom: write custom: {${name}: ...}`, { key: true })
    else if (near !== undefined)
      findings.error([name], `unknown key "${name}"; did you mean "${near}"?`, { key: true })
  }
}

/** What decides when a policy is asked, and does nothing where it stands at a rule. */
const ofPackage = ['applies_to', 'enforcement', 'rollout', 'scope']

/** Warns of annotations of rules that were meant for the package. */
export function strayAnnotations(
  annotations: readonly Annotations[],
  file: string,
  rego: string,
): PolicyProblem[] {
  return annotations.flatMap((each) => {
    if (each.scope !== 'rule' && each.scope !== 'document') return []
    const stray = Object.keys(each.custom ?? {}).filter((name) => ofPackage.includes(name))
    if (stray.length === 0) return []
    const findings = new Findings(file, annotationsText(rego, each))
    for (const name of stray) {
      const message = `custom.${name} is read of the package alone: put it above the package`
      findings.warn(['custom', name], message, { key: true })
    }
    return findings.problems
  })
}

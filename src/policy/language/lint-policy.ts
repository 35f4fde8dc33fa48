/**
 * Warnings: what is allowed and probably not meant.
 * @module
 */
import type { FieldPath, Hook } from '../policy.js'
import { fieldText, hasAny, parseFieldPath } from './field-path.js'
import type { Findings } from './findings.js'
import { lookUpField, rolloutField } from './input-fields.js'
import type { PolicyDocument } from './policy-schema.js'
import type { WhenReading } from './read-when.js'
import type { FieldTest, When } from './when.js'
import type { ValuePath } from './yaml-documents.js'

/** The hooks at which policies are asked; the others can be written and tested. */
const askedHooks: ReadonlySet<Hook> = new Set(['step', 'plan'])

/** Warns about one policy, whose form and condition are in order. */
export function lintPolicy(
  { spec }: PolicyDocument,
  condition: WhenReading,
  hooks: readonly Hook[],
  findings: Findings,
): void {
  if (spec.reason === undefined)
    findings.warn(['spec'], 'no reason: people will only be told the name of the policy', { key: true })
  if (spec.rollout?.percent === 0)
    findings.warn(
      ['spec', 'rollout', 'percent'],
      'applies to no run at all; to switch it off write enforcement: off',
    )
  for (const hook of hooks) {
    if (!askedHooks.has(hook))
      findings.warn(['spec', 'applies_to'], `nothing asks policies for "${hook}" yet: there it has no effect`)
  }
  lintPlan(spec, hooks, findings)
  if (condition.when !== undefined) lintWhen(condition.when, [], { condition, hooks, findings })
}

/** What says less at plans than it seems to. */
function lintPlan(
  { scope, rollout }: PolicyDocument['spec'],
  hooks: readonly Hook[],
  findings: Findings,
): void {
  if (!hooks.includes('plan')) return
  if (scope?.sources?.includes('*') === false)
    findings.warn(['spec', 'scope', 'sources'], 'a plan has no source: this policy will judge no plan')
  const by = rollout?.by ?? rolloutField(hooks)
  const path = parseFieldPath(by)
  const percent = rollout?.percent ?? 100
  if (percent < 100 && path.ok && hooks.some((hook) => !lookUpField(path.path, [hook]).ok))
    findings.warn(
      ['spec', 'rollout'],
      `${by} is not there at all of ${hooks.join(', ')}: what lacks it is always in the share`,
    )
}

interface Linting {
  readonly condition: WhenReading
  readonly hooks: readonly Hook[]
  readonly findings: Findings
}

/** `around` holds what is known to hold wherever this node is asked. */
function lintWhen(when: When, around: readonly When[], linting: Linting): void {
  switch (when.kind) {
    case 'all':
      lintTogether(when.of, around, linting)
      for (const each of when.of) {
        const others = when.of.filter((other) => other !== each)
        lintWhen(each, [...around, ...others], linting)
      }
      return
    case 'any':
      lintRepeated(when.of, linting)
      for (const each of when.of) lintWhen(each, around, linting)
      return
    case 'not':
      if (when.of.kind === 'test') lintMissing(when, when.of.test, around, linting)
      else lintWhen(when.of, [], linting)
      return
    case 'test':
      return
  }
}

/** `not_equals` and its like hold for a field that is not there, which is rarely what was meant. */
function lintMissing(node: When, test: FieldTest, around: readonly When[], linting: Linting): void {
  const at = linting.condition.places.get(node)
  const path = pathOf(test)
  // Written as `not: {...}`, it says what it means.
  if (at === undefined || at.at(-1) === 'not' || path === undefined || test.op === 'exists') return
  const found = lookUpField(path, linting.hooks)
  if ((found.ok && found.always) || hasAny(path)) return
  if (around.some((other) => other.kind === 'test' && sameField(other.test, path))) return
  const field = fieldText(path)
  linting.findings.warn(
    at,
    `this also holds where ${field} is missing; if that is not meant, test that ${field} exists too`,
  )
}

function lintTogether(of: readonly When[], around: readonly When[], linting: Linting): void {
  lintRepeated(of, linting)
  const known = around.concat(of)
  for (const node of of) {
    const test = node.kind === 'test' ? node.test : undefined
    if (test?.op !== 'in' || hasAny(test.path)) continue
    const rival = known.slice(0, known.indexOf(node)).find((other) => excludes(other, test))
    if (rival !== undefined)
      warnAt(node, `never true together with another test of ${fieldText(test.path)}`, linting)
  }
}

function excludes(other: When, test: FieldTest & { op: 'in' }): boolean {
  if (other.kind !== 'test' || other.test.op !== 'in') return false
  const { path, values } = other.test
  return fieldText(path) === fieldText(test.path) && !values.some((value) => test.values.includes(value))
}

function lintRepeated(of: readonly When[], linting: Linting): void {
  const seen = new Set<string>()
  for (const node of of) {
    const text = JSON.stringify(node)
    if (seen.has(text)) warnAt(node, 'the same test stands here twice', linting)
    seen.add(text)
  }
}

function warnAt(node: When, message: string, { condition, findings }: Linting): void {
  const at: ValuePath | undefined = condition.places.get(node)
  if (at !== undefined) findings.warn(at, message)
}

function pathOf(test: FieldTest): FieldPath | undefined {
  if (test.op !== 'fact') return test.path
  return test.fact.over.kind === 'field' ? test.fact.over.path : undefined
}

function sameField(test: FieldTest, path: FieldPath): boolean {
  const other = pathOf(test)
  return other !== undefined && fieldText(other) === fieldText(path)
}

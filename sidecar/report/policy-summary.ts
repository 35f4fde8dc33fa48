/** A policy in words: what became of the file, for its author. @module */
import { join } from 'node:path'
import type { ApprovalTerms } from '../../src/domain/decision.js'
import { fieldText } from '../../src/policy/language/field-path.js'
import type { Condition, Policy } from '../../src/policy/policy.js'

/** Some lines, without a line break at the end. */
export function policySummary(folder: string, policy: Policy): string {
  const { id, name, description, owner, tags, origin } = policy
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['name', name === id ? undefined : name],
    ['description', description],
    ['owner', owner],
    ['tags', tags.join(', ') || undefined],
    ['applies to', policy.appliesTo.join(', ')],
    ['enforcement', policy.enforcement],
    [
      'rollout',
      policy.rollout.percent === 100 ? undefined : `${policy.rollout.percent} % by ${policy.rollout.by}`,
    ],
    ['tenants', limited(policy.scope.tenants)],
    ['sources', limited(policy.scope.sources)],
    ['may match if', conditionText(policy.requires)],
    ['then', policy.actions.join(', ')],
    ['approval', policy.approval && termsText(policy.approval)],
    ['redact', policy.redact?.join(', ')],
    ['text tests', policy.facts.map((fact) => fact.name).join('; ') || undefined],
    [
      'reads',
      [policy.readsSteps && 'workflow.steps', policy.readsData && 'data'].filter(Boolean).join(', ') ||
        undefined,
    ],
  ]
  const lines = rows.flatMap(([label, value]) =>
    value === undefined
      ? []
      : [`  ${label.padEnd(12)}  ${value.trim().replaceAll('\n', `\n${' '.repeat(16)}`)}`],
  )
  return [`${id}  (${join(folder, origin.file)}:${origin.line}, ${origin.language})`, ...lines].join('\n')
}

const limited = (names: readonly string[]): string | undefined =>
  names.includes('*') ? undefined : names.join(', ')

function termsText({ expiresInMs, roles, quorum }: ApprovalTerms): string {
  return [
    `${quorum} of ${roles.length === 0 ? 'anyone of the tenant' : roles.join(', ')}`,
    ...(expiresInMs === undefined ? [] : [`within ${durationText(expiresInMs)}`]),
  ].join(', ')
}

function durationText(ms: number): string {
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1_000],
  ] as const
  let left = ms
  return units
    .map(([unit, size]) => {
      const amount = Math.floor(left / size)
      left -= amount * size
      return amount === 0 ? '' : `${amount}${unit}`
    })
    .join('')
}

/** The condition by which the gate rules the policy out before it asks it. */
function conditionText(condition: Condition, nested = false): string {
  switch (condition.kind) {
    case 'always':
      return 'always'
    case 'never':
      return 'never'
    case 'all':
    case 'any': {
      const word = condition.kind === 'all' ? ' and ' : ' or '
      const text = condition.of.map((each) => conditionText(each, true)).join(word)
      return nested ? `(${text})` : text
    }
    case 'in':
    case 'not_in': {
      const { path, values, kind } = condition
      const list = values.map((value) => JSON.stringify(value)).join(', ')
      const words =
        values.length === 1 ? { in: 'is', not_in: 'is not' } : { in: 'is one of', not_in: 'is none of' }
      return `${fieldText(path)} ${words[kind]} ${list}`
    }
    case 'present':
      return `${fieldText(condition.path)} is there`
    case 'absent':
      return `${fieldText(condition.path)} is missing`
    case 'compare':
      return `${fieldText(condition.path)} ${condition.op} ${condition.value}`
    case 'starts_with':
      return `${fieldText(condition.path)} starts with ${JSON.stringify(condition.value)}`
    case 'ends_with':
      return `${fieldText(condition.path)} ends with ${JSON.stringify(condition.value)}`
    case 'fact':
      return condition.holds ? `[${condition.name}]` : `not [${condition.name}]`
  }
}

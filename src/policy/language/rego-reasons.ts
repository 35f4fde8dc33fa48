/**
 * Reasons that a policy in Rego writes out: what the gate would refuse of them is said when they are loaded.
 * @module
 */
import { z } from 'zod'
import { isObject } from '../../domain/json.js'
import type { Hook, PolicyProblem } from '../policy.js'
import type { RegoModule } from './file-reading.js'
import { Findings } from './findings.js'
import { checkNamedField } from './input-fields.js'
import { approvalSchema, closed, redactSchema } from './policy-schema.js'
import { isAction } from './rego-actions.js'
import { isPartialSet, ruleName } from './rego-ast.js'
import { computed, literalsOf } from './rego-literal.js'
import { checkForm, valueAt } from './schema-problems.js'

/** Of a reason that is an object. Its text may be empty: the policy's name stands for it. */
const reasonSchema = closed({
  reason: z.string(),
  approval: approvalSchema.optional(),
  redact: redactSchema.optional(),
})

/**
 * What is wrong with the reasons of a module's actions, as far as they are written out.
 * @param hooks where the policy is asked
 */
export function reasonProblems({ path, rules }: RegoModule, hooks: readonly Hook[]): PolicyProblem[] {
  return rules
    .filter((rule) => isAction(rule) && isPartialSet(rule))
    .flatMap(({ head, body }) =>
      literalsOf(head.key!, body).flatMap((literal) => {
        const findings = new Findings(path, literal)
        checkReason(ruleName({ head, body }), hooks, findings)
        return findings.problems
      }),
    )
}

function checkReason(action: string, hooks: readonly Hook[], findings: Findings): void {
  const { value } = findings.document
  if (value === computed) return
  if (isObject(value)) checkObject(value, action, hooks, findings)
  else if (typeof value !== 'string')
    findings.error([], `a reason is text, or an object {"reason": ...}, not ${typeOf(value)}`)
  else if (action === 'redact') findings.error([], withoutPaths)
}

const withoutPaths =
  'redact needs to know what: write {"reason": "...", "redact": ["step_input.customer.email"]}'

function checkObject(
  value: Readonly<Record<string, unknown>>,
  action: string,
  hooks: readonly Hook[],
  findings: Findings,
): void {
  for (const { path, message, key } of checkForm<unknown>(reasonSchema, value).problems)
    if (valueAt(value, path) !== computed) findings.error(path, message, { key })
  const { approval, redact } = value
  if (approval !== undefined && action !== 'require_approval')
    findings.error(['approval'], 'approval goes only with require_approval', { key: true })
  if (redact !== undefined && action !== 'redact')
    findings.error(['redact'], 'redact goes only with redact', { key: true })
  if (redact === undefined && action === 'redact') findings.error([], withoutPaths)
  if (action !== 'redact' || !Array.isArray(redact)) return
  for (const [i, path] of redact.entries()) {
    // What is no text, or empty, the form has refused.
    const { problem } = typeof path === 'string' && path !== '' ? checkNamedField(path, hooks, false) : {}
    if (problem !== undefined) findings.error(['redact', i], problem.message)
  }
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`
}

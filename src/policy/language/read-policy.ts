/**
 * Reads a document of kind Policy: from YAML to a policy with its Rego.
 * @module
 */
import type { ApprovalTerms } from '../../domain/decision.js'
import type { Hook, Policy, PolicyTest } from '../policy.js'
import { durationMs } from './duration.js'
import type { Findings } from './findings.js'
import { checkNamedField, everyHook, lookUpField, rolloutField } from './input-fields.js'
import { lintPolicy } from './lint-policy.js'
import { type PolicyDocument, policyDocument } from './policy-schema.js'
import { readTests } from './read-tests.js'
import { readWhen } from './read-when.js'
import { parseReason, type ReasonPart, reasonFields } from './reason-template.js'
import { regoOfPolicy } from './rego-of-policy.js'
import { requiresOfWhen } from './requires-of-when.js'
import { checkForm } from './schema-problems.js'
import { factsOf, type When } from './when.js'

export interface PolicyReading {
  /** Undefined when something is wrong with it, which is then reported. */
  readonly policy: Policy | undefined
  readonly tests: readonly PolicyTest[]
}

/**
 * Reads the policy and its tests. What goes beyond the form is checked even where the form is wrong, so that an author
 * sees everything at once.
 */
export function readPolicy(findings: Findings): PolicyReading {
  const raw = findings.document.value
  const form = checkForm(policyDocument, raw)
  for (const { path, message, key } of form.problems) findings.error(path, message, { key })
  const spec = member(raw, 'spec')
  const hooks = hooksOf(member(spec, 'applies_to'))
  const condition = readWhen(member(spec, 'when'), ['spec', 'when'], hooks, findings)
  const reason = readReason(member(spec, 'reason'), hooks, findings)
  const redact = readRedact(spec, hooks, findings)
  checkRollout(member(member(spec, 'rollout'), 'by'), hooks, findings)
  checkAction(spec, findings)
  if (form.value === undefined) return { policy: undefined, tests: [] }
  if (condition.when !== undefined) lintPolicy(form.value, condition, hooks, findings)
  const sound = findings.problems.every(({ severity }) => severity !== 'error')
  const tests = readTests(form.value.tests ?? [], findings)
  if (!sound || condition.when === undefined) return { policy: undefined, tests }
  return { policy: policyOf(form.value, condition.when, reason, redact, findings), tests }
}

function policyOf(
  { metadata, spec }: PolicyDocument,
  when: When,
  reason: readonly ReasonPart[] | undefined,
  redact: readonly string[],
  { file, document }: Findings,
): Policy {
  const { id, description, owner, tags = [] } = metadata
  const name = metadata.name ?? id
  const action = spec.action as Policy['actions'][number]
  const appliesTo = [...new Set(spec.applies_to ?? ['step'])] as Hook[]
  const { line } = document.place([])
  const labels = {
    ...(description === undefined ? {} : { description }),
    ...(owner === undefined ? {} : { owner }),
  }
  const subject = {
    id,
    name,
    ...labels,
    tags,
    source: `${file}:${line}`,
    action,
    reason: reason ?? [name],
    when,
  }
  return {
    id,
    name,
    ...labels,
    tags,
    appliesTo,
    enforcement: spec.enforcement ?? 'enforce',
    rollout: { percent: spec.rollout?.percent ?? 100, by: spec.rollout?.by ?? rolloutField(appliesTo) },
    scope: { tenants: spec.scope?.tenants ?? ['*'], sources: spec.scope?.sources ?? ['*'] },
    actions: [action],
    ...(spec.approval === undefined ? {} : { approval: termsOf(spec.approval) }),
    ...(redact.length === 0 ? {} : { redact }),
    origin: { file, line, language: 'yaml' },
    modulePath: `${file}/${id}.rego`,
    rego: regoOfPolicy(subject),
    facts: factsOf(when),
    requires: requiresOfWhen(when),
    readsSteps: false,
    readsData: false,
  }
}

type RawTerms = NonNullable<PolicyDocument['spec']['approval']>

function termsOf({ expires_in, roles = [], quorum = 1 }: RawTerms): ApprovalTerms {
  const expiresInMs = expires_in === undefined ? undefined : durationMs(expires_in)
  return { ...(expiresInMs === undefined ? {} : { expiresInMs }), roles: [...new Set(roles)], quorum }
}

function readReason(
  reason: unknown,
  hooks: readonly Hook[],
  findings: Findings,
): readonly ReasonPart[] | undefined {
  if (typeof reason !== 'string') return undefined
  const at = ['spec', 'reason']
  const parsed = parseReason(reason)
  if (!parsed.ok) {
    findings.error(at, parsed.message, { offset: parsed.offset })
    return undefined
  }
  for (const { field, offset } of reasonFields(parsed.parts)) {
    const found = lookUpField(field, hooks)
    const history = field[0] === 'workflow' && field[1] === 'steps'
    if (!found.ok) findings.error(at, found.message, { offset })
    else if (history) findings.error(at, 'a reason cannot show earlier steps', { offset })
  }
  return parsed.parts
}

function readRedact(spec: unknown, hooks: readonly Hook[], findings: Findings): string[] {
  const redact = member(spec, 'redact')
  if (!Array.isArray(redact)) return []
  return redact.flatMap((each, i) => {
    // What is no text, or empty, the form has refused.
    if (typeof each !== 'string' || each === '') return []
    const { text, problem } = checkNamedField(each, hooks, false)
    if (problem !== undefined) findings.error(['spec', 'redact', i], problem.message, problem)
    return [text]
  })
}

function checkRollout(by: unknown, hooks: readonly Hook[], findings: Findings): void {
  if (typeof by !== 'string' || by === '') return
  const { problem } = checkNamedField(by, hooks, true)
  if (problem !== undefined) findings.error(['spec', 'rollout', 'by'], problem.message, problem)
}

/** What only goes with one action. */
function checkAction(spec: unknown, findings: Findings): void {
  const action = member(spec, 'action')
  const approval = member(spec, 'approval')
  const redact = member(spec, 'redact')
  if (typeof action !== 'string') return
  const only = (name: string): string =>
    `${name} goes only with action: ${name === 'approval' ? 'require_approval' : name}`
  if (approval !== undefined && action !== 'require_approval')
    findings.error(['spec', 'approval'], only('approval'), { key: true })
  if (redact !== undefined && action !== 'redact')
    findings.error(['spec', 'redact'], only('redact'), { key: true })
  if (redact === undefined && action === 'redact')
    findings.error(['spec', 'action'], 'redact needs to know what: add redact: [step_input.customer.email]')
}

/** Hooks whose fields may be mentioned; where the list itself is wrong, all are let pass. */
function hooksOf(appliesTo: unknown): readonly Hook[] {
  if (appliesTo === undefined) return ['step']
  if (!Array.isArray(appliesTo)) return everyHook
  const known = appliesTo.filter((each): each is Hook => everyHook.includes(each))
  return known.length === appliesTo.length && known.length > 0 ? known : everyHook
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined
}

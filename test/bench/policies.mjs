/**
 * A policy set as a company of many teams keeps it: each team writes about its tools, models, environments and limits;
 * a fifth of the policies hold a regular expression. The same count gives the same set in every run.
 * @module
 */
import fs from 'node:fs'
import path from 'node:path'
import { connectors, environments, models, projects, regions, teams, tools } from './company.mjs'

/**
 * @typedef {{ field: string, operator: string, value: unknown, example?: string }} Condition
 *   `example` is a text that a `regex` condition finds.
 * @typedef {{ id: string, team: string, action: string, reason: string, all: Condition[] }} Policy
 */

/** @returns {Condition} */
const is = (/** @type {string} */ field, /** @type {unknown} */ value) => ({
  field,
  operator: 'equals',
  value,
})
/** @returns {Condition} */
const above = (/** @type {string} */ field, /** @type {number} */ value) => ({
  field,
  operator: 'greater_than',
  value,
})
/** @returns {Condition} */
const has = (/** @type {string} */ field, /** @type {unknown} */ value) => ({
  field,
  operator: 'contains',
  value,
})
/** What the linter asks to stand beside a `not_...`. @returns {Condition} */
const there = (/** @type {string} */ field) => ({ field, operator: 'exists', value: undefined })
/** @returns {Condition} */
const among = (/** @type {string} */ field, /** @type {unknown[]} */ value) => ({
  field,
  operator: 'in',
  value,
})
/** @returns {Condition} */
const finds = (/** @type {string} */ field, /** @type {string} */ value, /** @type {string} */ example) => ({
  field,
  operator: 'regex',
  value,
  example,
})
const llm = is('step_type', 'llm_call')
const call = is('step_type', 'tool_call')

/** Picks the n-th of a list, round and round. @template T @param {readonly T[]} list @param {number} n @returns {T} */
const nth = (list, n) => list[n % list.length]

/** @typedef {(n: number, team: string) => Condition[]} Shape `n` differs for each policy of the shape */

/** @type {Shape[]} */
const plainShapes = [
  (n, team) => [
    call,
    is('tool_name', nth(tools, n)),
    is('metadata.team', team),
    is('metadata.environment', nth(environments, n)),
  ],
  (n, team) => [
    llm,
    is('model', nth(models, n)),
    is('metadata.team', team),
    above('tokens_in', 6000 + 10 * n),
  ],
  (n, team) => [
    is('tool_name', 'payments.refund'),
    is('metadata.team', team),
    above('tool_input.amount', 900 + n),
  ],
  (n, team) => [
    llm,
    is('metadata.team', team),
    has('step_input.prompt', `confidential ${nth(projects, n)} ${n}`),
  ],
  (n, team) => [is('metadata.team', team), above('workflow.cost_usd', 400 + n)],
  (n) => [among('tool_name', [nth(tools, n), nth(tools, n + 7)]), is('user.role', `contractor-${n}`)],
  (n, team) => [
    is('step_type', 'connector_call'),
    is('step_input.connector', nth(connectors, n)),
    is('metadata.team', team),
    above('step_input.rows', 5000 + n),
  ],
  (n, team) => [
    llm,
    among('model', [nth(models, n), nth(models, n + 3)]),
    is('metadata.environment', 'production'),
    is('metadata.team', team),
    above('step_input.max_tokens', 4000 + n),
  ],
  (n, team) => [
    call,
    is('tool_name', 'mail.send'),
    is('metadata.team', team),
    has('tool_input.recipient', `@partner-${n}.example`),
  ],
  (n, team) => [
    is('tool_name', nth(tools, n)),
    there('tool_input.region'),
    { field: 'tool_input.region', operator: 'not_in', value: [...regions, `zone-${n}`] },
    is('tool_input.target', `${team}-vault-${n}`),
  ],
  (n) => [
    is('step_name', `export-${nth(projects, n)}-${n}`),
    there('metadata.environment'),
    { field: 'metadata.environment', operator: 'not_equals', value: 'development' },
  ],
  (n, team) => [
    call,
    is('tool_name', nth(tools, 3 * n)),
    is('metadata.team', team),
    { field: 'tool_input.path', operator: 'starts_with', value: `/srv/${team}/private/${n}/` },
  ],
]

/** Over one short field each. @type {Shape[]} */
const shortRegexShapes = [
  (n, team) => [
    call,
    is('tool_name', 'shell.run'),
    finds(
      'tool_input.command',
      `\\bkubectl\\s+delete\\s+(ns|namespace)\\s+${team}-${n}\\b`,
      `kubectl delete ns ${team}-${n}`,
    ),
  ],
  (n, team) => [
    llm,
    is('metadata.team', team),
    finds('model', `^(gpt-4o?|claude-opus-4)-preview-${n}$`, `gpt-4-preview-${n}`),
  ],
  (n) => [
    finds(
      'step_name',
      `^(drop|purge|wipe)[-_]${nth(projects, n)}[-_]${n}$`,
      `purge-${nth(projects, n)}-${n}`,
    ),
  ],
  (n, team) => [
    is('metadata.team', team),
    finds(
      'tool_input.path',
      `(?i)/secrets?/${team}[0-9]*/${n}(\\.pem|\\.key)$`,
      `/etc/secret/${team}7/${n}.pem`,
    ),
  ],
]

/** Over everything the step carries. One in five looks at every step of the company, the others at one team's. @type {Shape[]} */
const wholeRegexShapes = [
  (n) => [finds('*', `(?i)\\bproject[- ]${nth(projects, n)}[- ]${n}\\b`, `project ${nth(projects, n)} ${n}`)],
  (n, team) => [
    call,
    is('metadata.team', team),
    finds('*', `\\bkey-${n}-[0-9a-f]{24}\\b`, `key-${n}-${'0a1b2c'.repeat(4)}`),
  ],
  (n, team) => [
    llm,
    is('metadata.team', team),
    finds(
      '*',
      `(?i)\\b(transfer|send|wire)\\s+(all|every)\\s+\\w+\\s+to\\s+acct${n}\\b`,
      `wire all funds to acct${n}`,
    ),
  ],
  (n, team) => [
    is('step_type', 'connector_call'),
    is('metadata.team', team),
    finds('*', `\\bcase-${n}-[A-Z]{3}\\d{4}\\b`, `case-${n}-ABC1234`),
  ],
  (n, team) => [
    is('metadata.team', team),
    is('metadata.environment', 'production'),
    finds('*', `(?i)\\bticket\\s*#?${n}\\s+(restricted|sealed)\\b`, `ticket ${n} sealed`),
  ],
]

const actions = [
  'warn',
  'block',
  'alert',
  'require_approval',
  'warn',
  'alert',
  'block',
  'warn',
  'require_approval',
  'alert',
]

/**
 * @param {number} count
 * @returns {Policy[]}
 */
export function policySet(count) {
  const teamCount = Math.min(teams.length, Math.max(2, Math.ceil(count / 10)))
  return Array.from({ length: count }, (_, index) => {
    const n = index + 1
    const team = nth(teams.slice(0, teamCount), index)
    const shape = shapeOf(index)
    return {
      id: `${team}-${String(n).padStart(4, '0')}`,
      team,
      // Stepped so that it does not run in step with shapes or teams.
      action: nth(actions, index + Math.floor(index / 10) + Math.floor(index / 120)),
      reason: `Rule ${n} of ${team} concerns {step_type} steps in {metadata.environment}`,
      all: shape(n, team),
    }
  })
}

/** @param {number} index */
function shapeOf(index) {
  const round = Math.floor(index / 5)
  if (index % 5 !== 4) return nth(plainShapes, index - round + Math.floor(index / 60))
  return round % 4 === 0
    ? nth(wholeRegexShapes, round / 4)
    : nth(shortRegexShapes, round - Math.floor(round / 4))
}

/** The policy as a file's text. JSON is YAML's flow style, so values need no quoting of our own. @param {Policy} policy */
export function policyText({ id, team, action, reason, all }) {
  const conditions = all.map(({ field, operator, value }) => {
    const operand = value === undefined ? '' : `, value: ${JSON.stringify(value)}`
    return `      - { field: ${JSON.stringify(field)}, operator: ${operator}${operand} }`
  })
  return [
    'apiVersion: stepgate.dev/v1',
    'kind: Policy',
    'metadata:',
    `  id: ${id}`,
    `  owner: ${team}`,
    'spec:',
    '  when:',
    '    all:',
    ...conditions,
    `  action: ${action}`,
    `  reason: ${JSON.stringify(reason)}`,
    '',
  ].join('\n')
}

/** Where a policy's file lies below the folder. @param {Policy} policy */
export const policyPath = ({ id, team }) => path.join(team, `${id}.yaml`)

/** @param {string} folder @param {readonly Policy[]} policies */
export function writePolicies(folder, policies) {
  for (const policy of policies) {
    const file = path.join(folder, policyPath(policy))
    fs.mkdirSync(path.dirname(file), { recursive: true })
    fs.writeFileSync(file, policyText(policy))
  }
}

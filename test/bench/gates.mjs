/**
 * Gate requests of about 1 kB and what must be answered to each. Nine in ten match no policy, though they share step
 * types, tools, models and teams with many; the tenth satisfies one on purpose, mostly a warn or an alert, rarely a
 * block. None is held: a hold stops its workflow.
 * @module
 */
import { chance } from './chance.mjs'
import { connectors, environments, models, regions, teams, tools, words } from './company.mjs'

/**
 * @typedef {import('./policies.mjs').Policy} Policy
 * @typedef {import('./policies.mjs').Condition} Condition
 * @typedef {{ team: string, environment: string }} Metadata of a workflow
 * @typedef {{ body: any, decision: 'allow' | 'block', matches: string[] }} Gate matches: the ids of all policies that hold
 * @typedef {{ metadata: Metadata, gates: Gate[] }} Kind a kind of workflow and the gates its steps ask
 */

/**
 * Stands for a number that is another one whenever the gate is asked, of as many digits and no smaller: what a policy limits
 * hardly comes twice. It is above all limits.
 */
export const otherEachTime = 900_000_000

/**
 * @param {readonly Policy[]} policies the set in force; it decides what is answered
 * @param {number} kinds how many kinds of workflow
 * @param {number} gatesPerKind
 * @returns {Kind[]}
 */
export function gatePool(policies, kinds, gatesPerKind) {
  const random = chance(policies.length + 1)
  return Array.from({ length: kinds }, (_, index) => {
    const metadata = metadataOf(index)
    const mild = policies.filter((policy) => policy.action === 'warn' || policy.action === 'alert')
    const harsh = policies.filter((policy) => policy.action === 'block')
    const gates = []
    for (let n = 0; n < gatesPerKind; n += 1) {
      const wanted = n % 10 !== 9 ? null : n % 200 === 199 ? harsh : mild
      gates.push(
        (wanted && matchingGate(policies, wanted, metadata, random)) ?? quietGate(policies, metadata, random),
      )
    }
    return { metadata, gates }
  })
}

/** @param {number} kind @returns {Metadata} */
export const metadataOf = (kind) => ({
  team: teams[kind % teams.length],
  environment: environments[kind % environments.length],
})

/** @param {readonly Policy[]} policies @param {Metadata} metadata @param {ReturnType<typeof chance>} random @returns {Gate} */
function quietGate(policies, metadata, random) {
  for (;;) {
    const body = gateBody(
      random.oneOf(['llm_call', 'llm_call', 'tool_call', 'tool_call', 'connector_call']),
      random,
    )
    if (matching(policies, body, metadata).length === 0) return { body, decision: 'allow', matches: [] }
  }
}

/**
 * @param {readonly Policy[]} policies @param {readonly Policy[]} wanted @param {Metadata} metadata
 * @param {ReturnType<typeof chance>} random
 * @returns {Gate | null} null where no attempt satisfied a wanted policy without a hold
 */
function matchingGate(policies, wanted, metadata, random) {
  for (let attempt = 0; attempt < 60; attempt += 1) {
    const { all } = random.oneOf(wanted)
    const type = all.find((condition) => condition.field === 'step_type')?.value
    const tool = all.some((condition) => condition.field.startsWith('tool_'))
    const body = gateBody(/** @type {string} */ (type ?? (tool ? 'tool_call' : 'llm_call')), random)
    for (const condition of all) satisfy(body, condition)
    const matched = matching(policies, body, metadata)
    if (matched.length === 0 || matched.some((policy) => policy.action === 'require_approval')) continue
    const decision = matched.some((policy) => policy.action === 'block') ? 'block' : 'allow'
    if (decision === 'block' && wanted[0]?.action !== 'block') continue
    return { body, decision, matches: matched.map((policy) => policy.id).sort() }
  }
  return null
}

/** @param {string} type @param {ReturnType<typeof chance>} random */
function gateBody(type, random) {
  const text = (/** @type {number} */ count) =>
    Array.from({ length: count }, () => random.oneOf(words)).join(' ')
  const common = {
    step_name: `${random.oneOf(words)}-${random.oneOf(words)}`,
    step_type: type,
    step_input: {},
  }
  if (type === 'llm_call') {
    return {
      ...common,
      model: random.oneOf(models),
      provider: random.oneOf(['openai', 'anthropic', 'bedrock']),
      tokens_in: 200 + random.upTo(4000),
      cost_usd: random.upTo(90) / 1000,
      step_input: {
        prompt: text(95),
        temperature: random.upTo(10) / 10,
        max_tokens: 256 + random.upTo(2000),
        conversation: { id: `conv-${random.upTo(1e9)}`, turn: random.upTo(40), locale: 'en-GB' },
        notes: text(22),
      },
    }
  }
  if (type === 'connector_call') {
    return {
      ...common,
      step_input: {
        connector: random.oneOf(connectors),
        operation: random.oneOf(['read', 'upsert', 'list']),
        rows: 1 + random.upTo(3000),
        region: random.oneOf(regions),
        statement: text(80),
        columns: Array.from({ length: 12 }, () => random.oneOf(words)),
        notes: text(30),
      },
    }
  }
  return {
    ...common,
    tool_context: {
      tool_name: random.oneOf(tools),
      tool_type: random.oneOf(['function', 'mcp', 'api']),
      tool_input: {
        amount: random.upTo(800),
        recipient: `${random.oneOf(words)}@customer.example`,
        region: random.oneOf(regions),
        path: `/srv/shared/${random.oneOf(words)}/${random.upTo(1e6)}.txt`,
        command: `report --since ${random.upTo(90)}d --team ${random.oneOf(teams)} --format table`,
        query: text(40),
      },
    },
    step_input: { goal: text(55), attempt: 1 + random.upTo(3), notes: text(20) },
  }
}

/** Changes the body so that the condition holds, where the body can. @param {any} body @param {Condition} condition */
function satisfy(body, { field, operator, value, example }) {
  const values = /** @type {any} */ (value)
  /** @type {Record<string, () => unknown>} */
  const ways = {
    equals: () => values,
    in: () => values[0],
    greater_than: () => otherEachTime,
    contains: () => `${read(body, field) ?? ''} ${values}`.trim(),
    starts_with: () => `${values}${otherEachTime}`,
    regex: () => example,
    not_in: () => 'elsewhere',
  }
  const wanted = ways[operator]?.()
  if (field === '*') body.step_input.notes += ` ${wanted} `
  else if (wanted !== undefined) write(body, field, wanted)
}

/** @param {readonly Policy[]} policies @param {any} body @param {Metadata} metadata */
export function matching(policies, body, metadata) {
  const whole = `${JSON.stringify(body.step_input)} ${JSON.stringify(body.tool_context?.tool_input ?? {})}`
  const holds = (/** @type {Condition} */ { field, operator, value }) => {
    const values = /** @type {any} */ (value)
    const found =
      field === '*'
        ? whole
        : field.startsWith('metadata.')
          ? read(metadata, field.slice(9))
          : read(body, field)
    if (operator === 'exists') return found !== undefined
    if (operator === 'not_equals') return found !== values
    if (operator === 'not_in') return !values.includes(found)
    if (operator === 'equals') return found === values
    if (operator === 'in') return values.includes(found)
    if (operator === 'greater_than') return typeof found === 'number' && found > values
    if (typeof found !== 'string') return false
    if (operator === 'contains') return found.toLowerCase().includes(values.toLowerCase())
    if (operator === 'starts_with') return found.startsWith(values)
    if (operator === 'regex') return expression(values).test(found)
    throw new Error(`No such operator in this set: ${operator}`)
  }
  return policies.filter((policy) => policy.all.every(holds))
}

/** @type {Map<string, RegExp>} */
const expressions = new Map()

/** @param {string} source */
function expression(source) {
  let known = expressions.get(source)
  if (known === undefined) {
    known = source.startsWith('(?i)') ? new RegExp(source.slice(4), 'i') : new RegExp(source)
    expressions.set(source, known)
  }
  return known
}

/** A policy's field as it lies in a gate body. @param {string} field */
const inBody = (field) => (field.startsWith('tool_') ? `tool_context.${field}` : field).split('.')

/** @param {any} value @param {string} field */
function read(value, field) {
  return inBody(field).reduce((inner, key) => inner?.[key], value)
}

/** @param {any} body @param {string} field @param {unknown} value */
function write(body, field, value) {
  const keys = inBody(field)
  const last = /** @type {string} */ (keys.pop())
  const parent = keys.reduce((inner, key) => inner?.[key], body)
  if (parent !== undefined) parent[last] = value
}

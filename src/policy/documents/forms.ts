/**
 * What the forms of agents, providers, connectors and plans have in common.
 * @module
 */
import { z } from 'zod'
import type { Retries } from '../../domain/agent.js'
import { isObject, type JsonObject, type JsonValue } from '../../domain/json.js'
import { pathsIn, splitTemplatePath } from '../../domain/plan/template.js'
import { durationMs } from '../language/duration.js'
import { closed, duration } from '../language/policy-schema.js'
import { kindOf } from '../language/schema-problems.js'

/** Names of agents, domains, providers, connectors. */
export const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]*$/, 'a name is made of a-z, 0-9, _ and -, and starts with a letter or digit')
  .max(128, 'a name has 128 characters at most')

/** Names and ids of steps, which stand in templates and in addresses. */
export const stepName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9_-]*$/,
    'this is made of letters, digits, _ and -, and starts with a letter or digit',
  )
  .max(128, 'this has 128 characters at most')

/** Any JSON. YAML can write numbers that it lacks, and no text of ours is to reach what JavaScript keeps under names. */
export const json = z.unknown().check(({ value, issues }) => {
  const message = value === undefined ? 'this is missing' : whyNoJson(value)
  if (message !== undefined) issues.push({ code: 'custom', message, input: value })
})

/** A mapping of any JSON; not copied, since it may be large. */
export const free = z
  .unknown()
  .check(({ value, issues }) => {
    const message = isObject(value) ? whyNoJson(value) : `expected a mapping, found ${kindOf(value)}`
    if (message !== undefined) issues.push({ code: 'custom', message, input: value })
  })
  .meta({ type: 'object' })

function whyNoJson(value: unknown): string | undefined {
  if (typeof value === 'number' && !Number.isFinite(value)) return 'a number in it is not finite'
  if (typeof value !== 'object' || value === null) return undefined
  if (Object.hasOwn(value, '__proto__')) return 'a name in it is __proto__'
  for (const each of Object.values(value)) {
    const why = whyNoJson(each)
    if (why !== undefined) return why
  }
  return undefined
}

/** What `free` and `json` have let pass. */
export const asJson = <T extends JsonValue = JsonObject>(value: unknown): T => value as T

export const retries = closed({
  attempts: z
    .int()
    .min(1, 'there is 1 attempt at least')
    .max(20, 'there are 20 attempts at most')
    .describe('All attempts counted.')
    .optional(),
  backoff: duration.describe('First wait; each next one is longer.').optional(),
}).describe('What is done about a failed call.')

export function retriesOf(raw: z.infer<typeof retries> | undefined, standard: Retries): Retries {
  const { attempts = standard.attempts, backoff } = raw ?? {}
  return { attempts, backoffMs: backoff === undefined ? standard.backoffMs : millisecondsOf(backoff) }
}

/** Of a duration that the form has let pass. */
export const millisecondsOf = (text: string): number => durationMs(text) as number

/** A text with `{{path}}` in it, checked for what no run could fill. */
export const template = z.string().check(({ value, issues }) => {
  const why = badTemplate(value)
  if (why !== undefined) issues.push({ code: 'custom', message: why, input: value })
})

/** What is wrong with a template of any JSON shape; undefined when every reference in it is a path. */
export function badTemplate(value: JsonValue, roots?: readonly string[]): string | undefined {
  for (const path of pathsIn(value)) {
    const elements = splitTemplatePath(path)
    if (!elements) return `{{${path.slice(0, 100)}}} is not a path such as parameters.city`
    if (roots && !roots.includes(elements[0]!))
      return `{{${path.slice(0, 100)}}} cannot be read here: there is only ${roots.join(', ')}`
  }
  return undefined
}

/** An address of HTTP, without a slash at its end. */
export const address = z.string().check(({ value, issues }) => {
  const why = badAddress(value)
  if (why !== undefined) issues.push({ code: 'custom', message: why, input: value })
})

function badAddress(text: string): string | undefined {
  if (text.includes('${') || text.includes('{{')) return 'write the address itself: nothing is filled into it'
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:\/\//i.test(text)) return 'this is no address: write https://host/path'
  if (url.username !== '' || url.password !== '')
    return 'no credentials in an address: put them into headers or api_key, with env or file'
  if (url.search !== '' || url.hash !== '' || /[?#]/.test(text)) return 'an address has no ? and no # here'
  return undefined
}

export const withoutSlash = (text: string): string => {
  let end = text.length
  while (text[end - 1] === '/') end--
  return text.slice(0, end)
}

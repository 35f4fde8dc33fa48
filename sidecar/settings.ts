/**
 * The one list of settings. Flags, environment names, file keys, the defaults in `--help` and the table in this
 * folder's README all come from it.
 * @module
 */
import { z } from 'zod'
import { durationMs } from '../src/policy/language/duration.js'
import { databaseProblem } from '../src/store/database-path.js'

/** A line of text. Control characters are slips, and could be neither shown nor found. */
const text = (what: string) => z.string(what).regex(/^(?=.*\S)\P{Cc}+$/u, what)

/** Flags and the environment bring text, the file may bring a number. */
const whole = (min: number, max: number) => {
  const what = `a whole number from ${min} to ${max}`
  return z
    .union([z.number(), z.string().regex(/^\d+$/).transform(Number)], what)
    .pipe(z.int(what).min(min, what).max(max, what))
}

/** A bare number is refused: nobody remembers whether it meant seconds or milliseconds. Becomes milliseconds. */
const duration = (longest: string) => {
  const what = `a duration such as 30s, 15m, 24h or 7d, ${longest} at most`
  const ms = (value: string) => durationMs(value) ?? Number.NaN
  return z
    .string(what)
    .transform(ms)
    .pipe(z.number(what).max(ms(longest), what))
}

const choice = <const T extends readonly [string, ...string[]]>(...of: T) =>
  z.enum(of, `one of ${of.join(', ')}`)

const httpUrl = z
  .url({ protocol: /^https?$/, error: 'an http:// or https:// address' })
  .transform((url) => url.replace(/\/+$/, ''))

/** What a setting is, beside its type. */
interface SettingMeta {
  /** What stands in `--flag <...>`. */
  readonly takes: string
  readonly description: string
  /** Where the default depends on another setting. */
  readonly defaultText?: string
  [key: string]: unknown
}

const about = (takes: string, description: string, defaultText?: string): SettingMeta => ({
  takes,
  description,
  ...(defaultText === undefined ? {} : { defaultText }),
})

/** The value that switches `insecure_bind` on: long enough not to be set by accident. */
export const insecureBindConsent = 'yes-i-know'

export const settingsSchema = z.strictObject({
  host: text('a host name or address')
    .prefault('127.0.0.1')
    .meta(
      about('address', 'Address to listen on. Without authentication only a loopback address is accepted.'),
    ),
  port: whole(0, 65_535)
    .prefault(8080)
    .meta(about('number', 'Port to listen on; 0 takes a free one, named in the "listening" log line.')),
  insecure_bind: choice('no', insecureBindConsent)
    .prefault('no')
    .meta(
      about(
        'consent',
        `\`${insecureBindConsent}\` lets an unauthenticated sidecar listen beyond loopback: whoever can reach the port can gate and approve.`,
      ),
    ),
  policies: text('a folder')
    .prefault('./policies')
    .meta(about('folder', 'Folder of the policies, YAML and Rego, searched to any depth.')),
  policy_cache: text('a folder')
    .optional()
    .meta(
      about(
        'folder',
        'Where compiled policies are kept, so that a restart does not compile again.',
        '`policy-cache` beside the database',
      ),
    ),
  policy_poll: duration('1h')
    .prefault('2s')
    .meta(
      about(
        'duration',
        'How often the policy folder is compared, for file systems that do not report changes; at most 2 % of the time.',
      ),
    ),
  database: z
    .string('a file: URL or a path')
    .check(({ value, issues }) => {
      const message = databaseProblem(value)
      if (message !== undefined) issues.push({ code: 'custom', message, input: value })
    })
    .prefault('file:./data/stepgate.db')
    .meta(about('url', 'The database file. One sidecar at a time may have it open.')),
  approval_ttl: duration('365d')
    .prefault('24h')
    .meta(about('duration', 'How long a hold waits for an approver where its policy does not say.')),
  org: text('a name')
    .prefault('local')
    .meta(about('name', 'Organisation that unauthenticated callers belong to.')),
  public_url: httpUrl
    .optional()
    .meta(about('url', 'Address under which people reach the sidecar, for links in replies.', 'none')),
  max_concurrent_executions: whole(0, 1_000_000)
    .prefault(0)
    .meta(about('number', 'Runs in progress at which a new one is refused with 429; 0 is no limit.')),
  plan_ttl: duration('365d')
    .prefault('1h')
    .meta(about('duration', 'How long a plan may wait for its execution.')),
  planner: choice('rules', 'llm')
    .prefault('rules')
    .meta(
      about(
        'way',
        "Who makes a plan where the request does not say: the agents' routing rules, or a language model with the rules to fall back on.",
      ),
    ),
  max_plan_steps: whole(1, 10_000)
    .prefault(64)
    .meta(about('number', 'Steps of all plans that run at one time; others wait for their turn.')),
  max_streams: whole(0, 100_000)
    .prefault(100)
    .meta(about('number', 'Streams of executions a tenant may have open; 0 is no limit.')),
  log_level: choice('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent')
    .prefault('info')
    .meta(about('level', 'Least severe log line to write; `debug` has one line for each request.')),
})

export type Settings = z.output<typeof settingsSchema>
export type SettingName = keyof Settings

/** One setting in all the names it goes by. */
export interface Setting extends SettingMeta {
  /** Key in the file, such as `approval_ttl`. */
  readonly name: SettingName
  /** Such as `--approval-ttl`. */
  readonly flag: string
  /** Such as `STEPGATE_APPROVAL_TTL`. */
  readonly env: string
  /** As a person would write it; absent where there is none. */
  readonly defaultText?: string
  readonly schema: z.ZodType
}

export const environmentPrefix = 'STEPGATE_'

/** Every setting, in the order of the documentation. */
export const settings: readonly Setting[] = (
  Object.entries(settingsSchema.shape) as [SettingName, z.ZodType][]
).map(([name, schema]) => {
  const meta = schema.meta() as unknown as SettingMeta
  const prefault: unknown = (schema._zod.def as { defaultValue?: unknown }).defaultValue
  return {
    ...meta,
    name,
    schema,
    flag: `--${name.replaceAll('_', '-')}`,
    env: environmentPrefix + name.toUpperCase(),
    ...(prefault === undefined ? {} : { defaultText: `\`${prefault}\`` }),
  }
})

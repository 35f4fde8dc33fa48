/**
 * What the process runs with: flags over `STEPGATE_*` over `stepgate.yaml` over defaults. A name that is not a setting
 * is an error, because a misspelt one would leave the default in force without a word.
 * @module
 */
import { dirname, join } from 'node:path'
import type { z } from 'zod'
import { suggestion } from '../src/policy/language/nearest.js'
import { kindOf } from '../src/policy/language/schema-problems.js'
import { databasePath } from '../src/store/database-path.js'
import { readConfigFile } from './config-file.js'
import { environmentPrefix, type Setting, type SettingName, type Settings, settings } from './settings.js'

/** Names the file itself, so it is no key of it. */
export const configEnv = `${environmentPrefix}CONFIG`
/** Read from the working directory when it is there; asked for by name, it must be there. */
export const defaultConfigFile = 'stepgate.yaml'

export interface ConfigSources {
  /** By setting name, as text. */
  readonly flags: Readonly<Partial<Record<SettingName, string>>>
  readonly env: Readonly<Record<string, string | undefined>>
  /** From `--config`. */
  readonly file?: string | undefined
}

export type Config = Settings & { readonly policy_cache: string }

export type ConfigResult =
  | {
      readonly ok: true
      readonly config: Config
      /** What to show at start: each value as a person would write it, without secrets. */
      readonly shown: Readonly<Record<string, string | number>>
      /** Where each value came from that is not the default. */
      readonly from: Readonly<Record<string, string>>
      /** Variables that look like settings and were left alone, each with the reason. */
      readonly ignored: readonly string[]
    }
  | { readonly ok: false; readonly problems: readonly string[] }

interface Given {
  readonly value: unknown
  readonly where: string
}

/** Reads all layers; every problem is reported, not the first. */
export async function readConfig(sources: ConfigSources): Promise<ConfigResult> {
  const problems: string[] = []
  const ignored: string[] = []
  const given: Partial<Record<SettingName, Given>> = {
    ...(await fromFile(sources, problems)),
    ...fromEnvironment(sources.env, problems, ignored),
    ...fromFlags(sources.flags),
  }
  const values: Record<string, unknown> = {}
  const shown: Record<string, string | number> = {}
  const from: Record<string, string> = {}
  for (const setting of settings) {
    const own = given[setting.name]
    const parsed = setting.schema.safeParse(own?.value)
    if (!parsed.success) {
      problems.push(`${own?.where}: ${wrong(setting, own?.value, parsed.error)}`)
      continue
    }
    values[setting.name] = parsed.data
    if (own) from[setting.name] = own.where
    const text = own ? String(own.value) : setting.defaultText?.replaceAll('`', '')
    if (text !== undefined) shown[setting.name] = redacted(text)
  }
  if (problems.length > 0) return { ok: false, problems }
  const config = values as Settings
  const policyCache = config.policy_cache ?? join(dirname(databasePath(config.database)), 'policy-cache')
  shown.policy_cache = policyCache
  return {
    ok: true,
    config: { ...config, policy_cache: policyCache },
    shown,
    from,
    ignored,
  }
}

function fromFlags(flags: ConfigSources['flags']): Partial<Record<SettingName, Given>> {
  const set = settings.filter(({ name }) => flags[name] !== undefined)
  return Object.fromEntries(set.map(({ name, flag }) => [name, { value: flags[name], where: flag }]))
}

function fromEnvironment(env: ConfigSources['env'], problems: string[], ignored: string[]) {
  const given: Partial<Record<SettingName, Given>> = {}
  for (const [name, value] of Object.entries(env)) {
    // Empty counts as not set: compose files write `STEPGATE_PORT: ${PORT:-}`.
    if (!name.startsWith(environmentPrefix) || name === configEnv || value === undefined || value === '')
      continue
    if (isServiceLink(name, value)) {
      ignored.push(`${name} comes from a Kubernetes Service (enableServiceLinks), not from you`)
      continue
    }
    const setting = settings.find((known) => known.env === name)
    if (setting) given[setting.name] = { value, where: name }
    else
      problems.push(`${name}: no such setting${suggestion(name, [...settings.map((s) => s.env), configEnv])}`)
  }
  return given
}

async function fromFile({ file, env }: ConfigSources, problems: string[]) {
  const given: Partial<Record<SettingName, Given>> = {}
  const asked = file ?? (env[configEnv] || undefined)
  if (asked === '') {
    problems.push('--config: "" is not a file')
    return given
  }
  const read = await readConfigFile(asked ?? defaultConfigFile)
  if (!read.ok) {
    if (!read.absent || asked !== undefined) problems.push(...read.problems)
    return given
  }
  for (const { key, value, where } of read.entries) {
    const setting = settings.find((known) => known.name === key)
    if (setting) given[setting.name] = { value, where: `${where} ${key}` }
    else
      problems.push(
        `${where}: no such setting "${key}"${suggestion(
          key,
          settings.map((s) => s.name),
        )}`,
      )
  }
  return given
}

/** In a namespace with a Service called `stepgate`, Kubernetes sets `STEPGATE_PORT=tcp://...` and its kin in every pod. */
function isServiceLink(name: string, value: string): boolean {
  return (
    /_SERVICE_(HOST|PORT)(_\w+)?$|_PORT_\d+_(TCP|UDP|SCTP)(_\w+)?$/.test(name) ||
    /^(tcp|udp|sctp):\/\//.test(value)
  )
}

function wrong(setting: Setting, value: unknown, error: z.ZodError): string {
  const shownValue = typeof value === 'string' ? redacted(JSON.stringify(value)) : kindOf(value)
  return `${shownValue} is not ${error.issues[0]?.message ?? setting.takes}`
}

/** Addresses may carry a password or a token; neither belongs in a log. */
function redacted(text: string): string {
  return text
    .replace(/(:\/\/)[^/@\s]*@/, '$1***@')
    .replace(/((?:token|password|secret|key)[^=&]*=)[^&"\s]*/gi, '$1***')
}

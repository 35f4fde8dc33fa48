/** One verb of the command line, as data, and how commander comes to know it. @module */
import { type Command, InvalidArgumentError, Option } from 'commander'
import { type ConfigResult, configEnv, defaultConfigFile, readConfig } from './config.js'
import { exitCodeHelp, exitCodes } from './exit-codes.js'
import { type SettingName, settings } from './settings.js'

/** A configuration that holds. */
export type Configured = Extract<ConfigResult, { ok: true }>

export interface Call extends Configured {
  readonly argument: string | undefined
  /** The verb's own flags, by camel-cased name. */
  readonly flags: Readonly<Record<string, string | boolean | undefined>>
}

export interface Verb {
  /** With its argument, as commander writes it: `check [folder]`. */
  readonly name: string
  readonly summary: string
  /** A command line that works as it stands. */
  readonly example: string
  /** Settings it takes as flags. All layers are read and checked all the same. */
  readonly settings?: readonly SettingName[]
  /** Defaults that this verb has in the place of the setting's. */
  readonly defaults?: Readonly<Partial<Record<SettingName, string>>>
  /** What settings are to this verb, where that is not what they are to the sidecar. */
  readonly descriptions?: Readonly<Partial<Record<SettingName, string>>>
  readonly options?: readonly Option[]
  /** @returns the exit code */
  run(call: Call): Promise<number>
}

/** `--format <name>`, the first being the default. */
export const formatOption = (...names: readonly [string, ...string[]]): Option =>
  new Option('--format <name>', 'how to print the outcome').choices(names).default(names[0])

/** A command that groups verbs. */
export function addGroup(parent: Command, name: string, summary: string, example: string): Command {
  return described(parent.command(name), summary, example).helpCommand(false)
}

/** Adds a verb; `done` receives its exit code. */
export function addVerb(parent: Command, verb: Verb, done: (code: number) => void): void {
  const command = described(parent.command(verb.name), verb.summary, verb.example)
  for (const option of verb.options ?? []) command.addOption(option)
  const own = settings.filter(({ name }) => verb.settings?.includes(name))
  for (const { name, flag, takes, description, defaultText, env } of own) {
    const fallback = (verb.defaults?.[name] ?? defaultText ?? 'none').replaceAll('`', '')
    command.option(
      `${flag} <${takes}>`,
      `${(verb.descriptions?.[name] ?? description).replaceAll('`', '')} (default: ${fallback}; env: ${env})`,
      once,
    )
  }
  if (own.length > 0)
    command.option(
      '--config <file>',
      `settings file (default: ${defaultConfigFile} if there; env: ${configEnv})`,
      once,
    )

  command.action(async () => {
    const flags = command.opts() as Record<string, string | boolean | undefined>
    const set = own.flatMap(({ name }) => {
      const value = flags[name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())]
      return typeof value === 'string' ? [[name, value]] : []
    })
    const config = flags.config
    const read = await readConfig({
      flags: Object.fromEntries(set),
      env: process.env,
      file: typeof config === 'string' ? config : undefined,
    })
    done(read.ok ? await verb.run({ ...read, argument: command.args[0], flags }) : refuse(read.problems))
  })
}

/** Of a flag that is given twice one value would be left without a word. */
function once(value: string, before: unknown): string {
  if (before !== undefined) throw new InvalidArgumentError(`It was given already, as '${before}'.`)
  return value
}

/** Says what is wrong with the invocation, and ends with the code for it. */
export function refuse(problems: readonly string[]): number {
  for (const problem of problems) process.stderr.write(`error: ${problem}\n`)
  return exitCodes.usage.code
}

function described(command: Command, summary: string, example: string): Command {
  return command.description(summary).addHelpText('after', `\nExample:\n  $ ${example}\n${exitCodeHelp}`)
}

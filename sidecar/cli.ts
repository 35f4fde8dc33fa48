/** The command line. What a verb does is in `commands/`, loaded only when it is called. @module */
import { Command, CommanderError, Option } from 'commander'
import { exitCodeHelp, exitCodes } from './exit-codes.js'
import { settings } from './settings.js'
import { addGroup, addVerb, formatOption, type Verb } from './verb.js'
import { packageVersion } from './version.js'

const serve: Verb = {
  name: 'serve',
  summary: 'Answer gates over HTTP until told to stop.',
  example: 'stepgate serve --policies ./policies --port 8080',
  settings: settings.map(({ name }) => name),
  run: async (call) => (await import('./commands/serve.js')).serve(call),
}

const healthcheck: Verb = {
  name: 'healthcheck',
  summary: 'Ask a running sidecar whether it is ready.',
  example: 'stepgate healthcheck --port 8080',
  settings: ['host', 'port'],
  descriptions: { host: 'Address that it listens on.', port: 'Port that it listens on.' },
  run: async ({ config }) => (await import('./commands/healthcheck.js')).healthcheck(config),
}

const version: Verb = {
  name: 'version',
  summary: 'Print the versions of stepgate, OPA and Node.',
  example: 'stepgate version',
  run: async () => (await import('./commands/version.js')).printVersions(),
}

/** Looking at a folder leaves nothing behind unless asked to. */
const aboutFolder = {
  settings: ['policies', 'policy_cache'],
  defaults: { policy_cache: 'nowhere' },
} as const

const policyVerbs: readonly Verb[] = [
  {
    name: 'check [folder]',
    summary: 'Name everything that is wrong in a policy folder, as the sidecar would find it.',
    example: 'stepgate policy check ./policies --format github',
    ...aboutFolder,
    options: [formatOption('text', 'json', 'github')],
    run: async (call) => (await import('./commands/policy-check.js')).policyCheck(call),
  },
  {
    name: 'show <file>',
    summary: 'Say what the policies in a file become.',
    example: 'stepgate policy show ./policies/models.yaml --rego',
    options: [new Option('--rego', 'print the Rego they become')],
    run: async (call) => (await import('./commands/policy-show.js')).policyShow(call),
  },
  {
    name: 'test [folder]',
    summary: 'Run the tests of a policy folder.',
    example: 'stepgate policy test ./policies --run gpt4',
    ...aboutFolder,
    options: [
      formatOption('text', 'json', 'junit'),
      new Option('--run <pattern>', 'only tests whose name this regular expression finds'),
      new Option('--require-tests', 'finding no test is a failure'),
    ],
    run: async (call) => (await import('./commands/policy-test.js')).policyTest(call),
  },
]

/**
 * Runs one command line.
 * @param args what follows the program's name
 * @returns the exit code, see `exit-codes.ts`
 */
export async function runCli(args: readonly string[]): Promise<number> {
  let code: number = exitCodes.ok.code
  const done = (answer: number) => {
    code = answer
  }
  const program = new Command('stepgate')
    .description('The policy gate beside your AI agents: may this step run now?')
    .version(packageVersion, '-V, --version', 'print the version')
    .helpCommand(false)
    .exitOverride()
    .addHelpText('after', `\nExample:\n  $ stepgate serve --policies ./policies\n${exitCodeHelp}`)
  addVerb(program, serve, done)
  const policy = addGroup(
    program,
    'policy',
    'Check, read and test policies; no sidecar needed.',
    policyVerbs[2]!.example,
  )
  for (const verb of policyVerbs) addVerb(policy, verb, done)
  addVerb(program, healthcheck, done)
  addVerb(program, version, done)

  try {
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    const asked = error.code === 'commander.helpDisplayed' || error.code === 'commander.version'
    return asked ? exitCodes.ok.code : exitCodes.usage.code
  }
  return code
}

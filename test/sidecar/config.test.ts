import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type ConfigResult, readConfig } from '#sidecar/config.js'
import { type Setting, settings } from '#sidecar/settings.js'

const fileWith = async (text: string | Buffer): Promise<string> => {
  const path = join(await mkdtemp(join(tmpdir(), 'stepgate-config-')), 'stepgate.yaml')
  await writeFile(path, text)
  return path
}

const held = (result: ConfigResult) => {
  if (!result.ok) throw new Error(result.problems.join('\n'))
  return result
}

/** Lists of lists by reference: a line each, and more values than a memory holds. */
const bomb = [...'bcdefghij'].reduce(
  (text, name, i) => `${text}${name}: &${name} [${Array(9).fill(`*${'abcdefghij'[i]}`)}]\n`,
  'a: &a [x]\n',
)

const refused = (result: ConfigResult): readonly string[] => (result.ok ? [] : result.problems)

describe('the layers of configuration', () => {
  it('has a default for every setting, and says none of them came from elsewhere', async () => {
    const { config, from } = held(await readConfig({ flags: {}, env: {} }))
    expect(config).toEqual({
      host: '127.0.0.1',
      port: 8080,
      insecure_bind: 'no',
      policies: './policies',
      policy_cache: 'data/policy-cache',
      policy_poll: 2_000,
      database: 'file:./data/stepgate.db',
      approval_ttl: 86_400_000,
      org: 'local',
      max_concurrent_executions: 0,
      plan_ttl: 3_600_000,
      planner: 'rules',
      max_plan_steps: 64,
      max_streams: 100,
      log_level: 'info',
    })
    expect(from).toEqual({})
  })

  it('prefers a flag to the environment, that to the file, and that to the default', async () => {
    const file = await fileWith('port: 1\norg: file\npolicies: ./file\n')
    const { config, from } = held(
      await readConfig({
        flags: { port: '3' },
        env: { STEPGATE_PORT: '2', STEPGATE_ORG: 'environment', PATH: '/bin' },
        file,
      }),
    )
    expect(config).toMatchObject({ port: 3, org: 'environment', policies: './file', host: '127.0.0.1' })
    expect(from).toEqual({ port: '--port', org: 'STEPGATE_ORG', policies: `${file}:3:1 policies` })
  })

  it('reads the file that STEPGATE_CONFIG names, unless a flag names another', async () => {
    const [one, two] = [await fileWith('org: one'), await fileWith('org: two')]
    const env = { STEPGATE_CONFIG: one }
    expect(held(await readConfig({ flags: {}, env })).config.org).toBe('one')
    expect(held(await readConfig({ flags: {}, env, file: two })).config.org).toBe('two')
  })

  it('keeps compiled policies beside the database unless told where', async () => {
    const database = 'file:/data/gate.db'
    expect(held(await readConfig({ flags: { database }, env: {} })).config.policy_cache).toBe(
      '/data/policy-cache',
    )
    expect(
      held(await readConfig({ flags: { database, policy_cache: '/elsewhere' }, env: {} })).config
        .policy_cache,
    ).toBe('/elsewhere')
  })

  it('takes an empty variable for one that is not set', async () => {
    expect(held(await readConfig({ flags: {}, env: { STEPGATE_PORT: '' } })).config.port).toBe(8080)
  })

  it.each(['', ' \n', '# nothing yet\n', '---\n'])(
    'takes an empty file for one without settings: %j',
    async (text) => {
      expect(held(await readConfig({ flags: {}, env: {}, file: await fileWith(text) })).from).toEqual({})
    },
  )

  it('leaves the variables of a Kubernetes Service called stepgate alone, and says so', async () => {
    const env = {
      STEPGATE_PORT: 'tcp://10.0.0.7:8080',
      STEPGATE_SERVICE_HOST: '10.0.0.7',
      STEPGATE_SERVICE_PORT_HTTP: '8080',
      STEPGATE_PORT_8080_TCP_ADDR: '10.0.0.7',
    }
    const { config, ignored } = held(await readConfig({ flags: {}, env }))
    expect(config.port).toBe(8080)
    expect(ignored).toHaveLength(4)
  })
})

describe('a name that is no setting', () => {
  it('is refused with its place in the file and the setting that was meant', async () => {
    const file = await fileWith('port: 8080\naproval_ttl: 1h\n')
    expect(refused(await readConfig({ flags: {}, env: {}, file }))).toEqual([
      `${file}:2:1: no such setting "aproval_ttl"; did you mean "approval_ttl"?`,
    ])
  })

  it('is refused in the environment too', async () => {
    expect(refused(await readConfig({ flags: {}, env: { STEPGATE_DATABSE: 'x' } }))).toEqual([
      'STEPGATE_DATABSE: no such setting; did you mean "STEPGATE_DATABASE"?',
    ])
  })
})

describe('a value that a setting cannot take', () => {
  it.each([
    ['port', '70000', '"70000" is not a whole number from 0 to 65535'],
    ['port', '8080x', '"8080x" is not a whole number from 0 to 65535'],
    ['approval_ttl', '24', '"24" is not a duration such as 30s, 15m, 24h or 7d, 365d at most'],
    ['policy_poll', '2h', '"2h" is not a duration such as 30s, 15m, 24h or 7d, 1h at most'],
    ['log_level', 'loud', '"loud" is not one of trace, debug, info, warn, error, fatal, silent'],
    ['public_url', 'gate.example', '"gate.example" is not an http:// or https:// address'],
    [
      'database',
      'libsql://db.example?authToken=abc',
      '"libsql://db.example?authToken=***" is not a file: URL or a path',
    ],
    ['database', ':memory:', '":memory:" is not a file on disk: a record in memory ends with the process'],
    [
      'database',
      'file::memory:',
      '"file::memory:" is not a file on disk: a record in memory ends with the process',
    ],
    [
      'database',
      'file::memory:?cache=shared',
      '"file::memory:?cache=shared" is not a file on disk: a record in memory ends with the process',
    ],
    [
      'database',
      'file:gate?mode=memory&cache=shared',
      '"file:gate?mode=memory&cache=shared" is not a file on disk: a record in memory ends with the process',
    ],
    ['database', 'file:///%zz', '"file:///%zz" is not a file: URL whose percent signs are written %25'],
    [
      'database',
      'file:///%E0%A4%A',
      '"file:///%E0%A4%A" is not a file: URL whose percent signs are written %25',
    ],
    ['database', 'file:///a%00b', '"file:///a%00b" is not a path, which holds no control characters'],
    ['database', 'a\nb', '"a\\nb" is not a path, which holds no control characters'],
    [
      'database',
      'file://data/gate.db',
      '"file://data/gate.db" is not a file of this machine, such as file:///data/stepgate.db',
    ],
    [
      'database',
      'file:gate.db?mode=ro',
      '"file:gate.db?mode=ro" is not a file: URL without parameters, which would be no part of its path',
    ],
    ['database', 'file:///', '"file:///" is not a file: it ends with a slash, as a folder does'],
    ['database', './data/', '"./data/" is not a file: it ends with a slash, as a folder does'],
    ['database', 'file:', '"file:" is not a file: URL or a path'],
    ['database', ' ', '" " is not a file: URL or a path'],
    ['insecure_bind', 'yes', '"yes" is not one of no, yes-i-know'],
    ['org', '', '"" is not a name'],
    ['org', ' ', '" " is not a name'],
    ['org', 'a\nb', '"a\\nb" is not a name'],
    ['host', 'a\0b', '"a\\u0000b" is not a host name or address'],
  ] as const)('%s = %j is refused and named', async (name, value, problem) => {
    const flag = settings.find((s) => s.name === name)?.flag
    expect(refused(await readConfig({ flags: { [name]: value }, env: {} }))).toEqual([`${flag}: ${problem}`])
  })

  it('is named with its line in the file, and no problem hides another', async () => {
    const file = await fileWith('port: yes\nhost: [a]\nlog_level: info\n')
    expect(refused(await readConfig({ flags: {}, env: { STEPGATE_APPROVAL_TTL: 'soon' }, file }))).toEqual([
      `${file}:2:1 host: a list is not a host name or address`,
      `${file}:1:1 port: "yes" is not a whole number from 0 to 65535`,
      'STEPGATE_APPROVAL_TTL: "soon" is not a duration such as 30s, 15m, 24h or 7d, 365d at most',
    ])
  })

  it.each([
    ['port: [1\n', ':2:1: '],
    ['- port\n', ':1:1: settings are a map, such as "port: 8080"'],
    ['port\n', ':1:1: settings are a map, such as "port: 8080", not text'],
    ['port: 1\nport: 2\n', ':2:1: Map keys must be unique'],
    ['port: 1\n---\nport: 2\n', ':3:1: a second document begins here; settings are one map'],
    ['port: 1\norg: a\0b\n', ':2:7: the file holds a NUL byte: it is no text'],
    ['port: 1\norg: "a\\0b"\n', ':2:6: a NUL character in a text'],
    ['port: 1\norg: *x\n', ':2:6: no anchor &x stands before this alias'],
    [`org: ${'['.repeat(120)}${']'.repeat(120)}`, ':1:105: nested deeper than 100 levels'],
    ['org: !name x\n', ':1:6: Unresolved tag: !name'],
    [bomb, ':10:32: Excessive alias count indicates a resource exhaustion attack'],
  ])('a file that is no map of settings is refused with the place: %j', async (text, problem) => {
    const file = await fileWith(text)
    expect(refused(await readConfig({ flags: {}, env: {}, file })).join('\n')).toContain(file + problem)
  })

  it('a value that holds itself is refused', async () => {
    const file = await fileWith('port: &a [*a]\n')
    expect(refused(await readConfig({ flags: {}, env: {}, file }))).toEqual([
      `${file}:1:11: this alias stands inside what it stands for, &a`,
    ])
  })

  it.each([
    [Buffer.from('port: 1\norg: caf\xe9\n', 'latin1'), ':2:9: the file is not UTF-8'],
    [Buffer.from('\ufefforg: x\n', 'utf16le'), ':1:1: the file is UTF-16: save it as UTF-8'],
  ])('a file that is no UTF-8 is refused with its place, case %#', async (bytes, problem) => {
    const file = await fileWith(bytes)
    expect(refused(await readConfig({ flags: {}, env: {}, file }))).toEqual([file + problem])
  })

  it('a byte order mark before the settings is no part of them', async () => {
    const file = await fileWith('\ufefforg: x\n')
    expect(held(await readConfig({ flags: {}, env: {}, file })).config.org).toBe('x')
  })

  it('a folder in the place of the file is called one', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'stepgate-config-'))
    expect(refused(await readConfig({ flags: {}, env: {}, file: folder }))).toEqual([
      `${folder}: it is a folder, not a file`,
    ])
  })

  it('a file without a name is refused as the flag it comes from', async () => {
    expect(refused(await readConfig({ flags: {}, env: {}, file: '' }))).toEqual([
      '--config: "" is not a file',
    ])
  })

  it('a file asked for by name must be there', async () => {
    expect(refused(await readConfig({ flags: {}, env: {}, file: '/nowhere/stepgate.yaml' }))).toEqual([
      '/nowhere/stepgate.yaml: there is no such file',
    ])
  })
})

it('shows the configuration without what may be secret', async () => {
  const { shown } = held(
    await readConfig({
      flags: { public_url: 'https://user:hunter2@gate.example/?token=hunter2' },
      env: {},
    }),
  )
  expect(shown).toMatchObject({
    port: '8080',
    approval_ttl: '24h',
    public_url: 'https://***@gate.example/?token=***',
  })
  expect(JSON.stringify(shown)).not.toContain('hunter2')
})

it('the table in the sidecar README is the list of settings', async () => {
  const row = ({ name, flag, env, defaultText, description }: Setting) =>
    `| \`${name}\` | \`${flag}\` | \`${env}\` | ${defaultText ?? 'none'} | ${description} |`
  const readme = await readFile(new URL('../../sidecar/README.md', import.meta.url), 'utf8')
  const rows = readme.split('\n').filter((line) => /^\| `\w+` +\| `--/.test(line))
  expect(rows.map((line) => line.replaceAll(/ +/g, ' '))).toEqual(settings.map(row))
})

/** The sidecar as its users run it: a process with arguments, environment, folders and signals. @module */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, renameSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('../../dist/sidecar/main.js', import.meta.url))

/** Compiled policies are kept between test runs, as a sidecar keeps them between starts. */
const policyCache = join(tmpdir(), 'stepgate-test-modules')

/** A new folder with these files. */
export function folderWith(files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'stepgate-sidecar-'))
  writeFiles(folder, files)
  return folder
}

/** Files appear whole, as git and most editors write them. */
export function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(`${file}~`, text)
    renameSync(`${file}~`, file)
  }
}

export interface Started {
  readonly child: ChildProcess
  readonly stdout: () => string
  readonly stderr: () => string
  /** Exit code, or the name of the signal that ended it. */
  readonly ended: Promise<number | string>
}

export interface StartOptions {
  /** Working directory; a new, empty one by default. */
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
}

/** Starts `stepgate` with these arguments, and with no settings but these. */
export function start(args: readonly string[], { cwd = folderWith(), env = {} }: StartOptions = {}): Started {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('STEPGATE_'))
  const child = spawn(process.execPath, [program, ...args], {
    cwd,
    env: { ...Object.fromEntries(inherited), STEPGATE_POLICY_CACHE: policyCache, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (data) => {
    stdout += data
  })
  child.stderr.on('data', (data) => {
    stderr += data
  })
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string)
  return { child, stdout: () => stdout, stderr: () => stderr, ended }
}

/** Runs `stepgate` to its end. */
export async function run(args: readonly string[], options?: StartOptions) {
  const started = start(args, options)
  const code = await started.ended
  return { code, stdout: started.stdout(), stderr: started.stderr() }
}

export interface LogEntry {
  readonly level: string
  readonly msg: string
  // biome-ignore lint/suspicious/noExplicitAny: entries are looked into by their names
  readonly [name: string]: any
}

export interface Serving extends Started {
  readonly url: string
  readonly port: number
  log(): readonly LogEntry[]
  /** The first entry, past or to come, that says this. @throws when the process ends without it */
  logged(msg: string | RegExp): Promise<LogEntry>
  get(path: string): Promise<{ readonly status: number; readonly body: LogEntry }>
  post(path: string, body: unknown): Promise<{ readonly status: number; readonly body: LogEntry }>
  /** SIGTERM; the exit code. */
  stop(): Promise<number | string>
}

const serving = new Set<ChildProcess>()

/** Starts `stepgate serve` on a free port, and waits until it listens. */
export async function serve(args: readonly string[], options?: StartOptions): Promise<Serving> {
  const started = start(['serve', '--port', '0', ...args], options)
  serving.add(started.child)
  const log: LogEntry[] = []
  let heard = () => {}
  createInterface({ input: started.child.stdout! }).on('line', (line) => {
    log.push(JSON.parse(line))
    heard()
  })
  let over = false
  started.ended.then(() => {
    over = true
    heard()
  })
  const logged = async (msg: string | RegExp): Promise<LogEntry> => {
    for (;;) {
      const entry = log.find((each) => (typeof msg === 'string' ? each.msg === msg : msg.test(each.msg)))
      if (entry) return entry
      if (over) throw new Error(`ended without "${msg}":\n${started.stdout()}${started.stderr()}`)
      await new Promise<void>((resolve) => {
        heard = resolve
      })
    }
  }
  const { port } = await logged('listening')
  const url = `http://127.0.0.1:${port}`
  const ask = async (path: string, init?: RequestInit) => {
    const reply = await fetch(url + path, init)
    return { status: reply.status, body: (await reply.json()) as LogEntry }
  }
  return {
    ...started,
    url,
    port,
    log: () => log,
    logged,
    get: (path) => ask(path),
    post: (path, body) => ask(path, { method: 'POST', body: JSON.stringify(body) }),
    stop: () => {
      started.child.kill('SIGTERM')
      return started.ended
    },
  }
}

/** For `afterEach`: whatever still runs. */
export async function endAll(): Promise<void> {
  const running = [...serving].filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)
  serving.clear()
  await Promise.all(
    running.map((child) => {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      return ended
    }),
  )
}

/** A policy that blocks a tool. */
export const blockTool = (
  id: string,
  tool: string,
  reason = `no ${tool}`,
): string => `apiVersion: stepgate.dev/v1
kind: Policy
metadata: { id: ${id} }
spec:
  when: [{ field: tool_name, operator: equals, value: ${tool} }]
  action: block
  reason: ${reason}
`

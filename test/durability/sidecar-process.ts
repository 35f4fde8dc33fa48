/** A sidecar as an operator starts it: its own process, killed as processes are killed. @module */
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

export interface SidecarProcess {
  readonly url: string
  readonly pid: number
  /** Log lines so far, parsed. */
  readonly log: readonly Record<string, unknown>[]
  /** SIGKILL: no chance to write anything. */
  kill(): Promise<void>
  /** SIGTERM. @returns the exit code */
  stop(): Promise<number | null>
}

const root = new URL('../..', import.meta.url).pathname

/** @param wrap a command that runs the sidecar's command line, such as a shell that limits it */
export async function startSidecar(
  env: Record<string, string>,
  wrap: readonly string[] = [],
): Promise<SidecarProcess> {
  const [command, ...args] = [...wrap, process.execPath, `${root}dist/sidecar/main.js`, 'serve']
  const child = spawn(command as string, args, {
    cwd: root,
    env: { PATH: process.env.PATH ?? '', STEPGATE_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const log: Record<string, unknown>[] = []
  const port = await listening(child, log)
  const gone = new Promise<number | null>((resolve) => child.once('exit', resolve))
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid as number,
    log,
    kill: async () => {
      child.kill('SIGKILL')
      await gone
    },
    stop: () => {
      child.kill('SIGTERM')
      return gone
    },
  }
}

function listening(child: ChildProcess, log: Record<string, unknown>[]): Promise<number> {
  return new Promise((resolve, reject) => {
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (text) => {
      const line = JSON.parse(text) as Record<string, unknown>
      log.push(line)
      if (line.msg === 'listening') resolve(line.port as number)
    })
    child.once('exit', (code) => reject(new Error(`The sidecar ended with ${code}: ${JSON.stringify(log)}`)))
  })
}

/** POST a JSON body. @returns status and parsed reply; undefined when the connection broke */
export async function post(
  url: string,
  path: string,
  body: unknown = {},
): Promise<{ status: number; body: Record<string, unknown> } | undefined> {
  try {
    const response = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const text = await response.text()
    return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) }
  } catch {
    return undefined
  }
}

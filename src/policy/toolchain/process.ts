/**
 * One process with one running module: started, asked one call at a time, stopped. A process and not a worker
 * thread, because it gives its memory back (a thread left 150 MB to 450 MB behind in the gate's own process),
 * may be told to compile the module without V8's optimising compiler, and gives way to the gate.
 */
import { fork } from 'node:child_process'
import type { CallMessage, ProcessMessage } from './messages.js'

/** What came of one call. After `died` the process is of no more use. */
export type ProcessAnswer =
  | { kind: 'reply'; json: Uint8Array; bytes?: Uint8Array<ArrayBuffer>; memoryBytes: number }
  | { kind: 'died'; message: string }

export interface ToolchainProcess {
  /** Takes and answers JSON. The call keeps the caller alive until it is answered; the idle process does not. */
  call(request: string): Promise<ProcessAnswer>
  /** Whether it died by itself. */
  ended(): boolean
  stop(): Promise<void>
}

/** Starts a process; a call may be made at once and waits for the module. */
export function startProcess(onLog: (line: string) => void): ToolchainProcess {
  // Neither the parent's flags nor its environment: the module's answers depend on the request alone.
  const child = fork(new URL('./process-main.js', import.meta.url), [], {
    execArgv: [],
    env: {},
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  const keepAlive = (wanted: boolean) => {
    const method = wanted ? 'ref' : 'unref'
    child[method]()
    child.channel?.[method]()
  }
  let dead: string | undefined
  let answer: ((answer: ProcessAnswer) => void) | undefined

  const settle = (outcome: ProcessAnswer) => {
    if (outcome.kind === 'died') dead ??= outcome.message
    keepAlive(false)
    const waiting = answer
    answer = undefined
    waiting?.(outcome)
  }
  const exited = new Promise<void>((resolve) => {
    child.on('exit', (code, signal) => {
      settle({ kind: 'died', message: `the toolchain's process ended with ${signal ?? `code ${code}`}` })
      resolve()
    })
    // It could not be started, or not be spoken to.
    child.on('error', (cause) => {
      settle({ kind: 'died', message: String(cause) })
      resolve()
    })
  })
  child.on('message', (message: ProcessMessage) => {
    if (message.kind === 'log') onLog(message.text.trimEnd())
    else if (message.kind === 'reply') settle(message)
    else settle({ kind: 'died', message: message.message })
  })
  // What Node and V8 say when they cannot go on.
  child.stderr?.setEncoding('utf8').on('data', (text: string) => onLog(text.trimEnd()))
  ;(child.stderr as unknown as { unref?(): void } | null)?.unref?.()
  keepAlive(false)

  return {
    call(request) {
      if (dead !== undefined) return Promise.resolve({ kind: 'died', message: dead })
      return new Promise((resolve) => {
        answer = resolve
        keepAlive(true)
        child.send({ request } satisfies CallMessage)
      })
    },
    ended: () => dead !== undefined,
    async stop() {
      child.ref()
      child.kill('SIGKILL')
      await exited
    },
  }
}

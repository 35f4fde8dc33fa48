/** One worker thread with one running module: started, asked one call at a time, stopped. */
import { Worker } from 'node:worker_threads'
import type { CallMessage, WorkerMessage } from './messages.js'

/** What came of one call. After `died` the thread is of no more use. */
export type ThreadAnswer =
  | { kind: 'reply'; json: Uint8Array<ArrayBuffer>; bytes?: Uint8Array<ArrayBuffer>; memoryBytes: number }
  | { kind: 'died'; message: string }

export interface Thread {
  /** Takes and answers JSON. The call keeps the process alive until it is answered; the idle thread does not. One call at a time. */
  call(request: string): Promise<ThreadAnswer>
  stop(): Promise<void>
}

/** Starts a thread; a call may be made at once and waits for the module. */
export function startThread(onLog: (line: string) => void): Thread {
  // Neither the parent's flags nor its environment: the module's answers depend on the request alone.
  const worker = new Worker(new URL('./worker.js', import.meta.url), { execArgv: [], env: {} })
  worker.unref()
  let dead: string | undefined
  let answer: ((answer: ThreadAnswer) => void) | undefined

  const settle = (outcome: ThreadAnswer) => {
    if (outcome.kind === 'died') dead ??= outcome.message
    worker.unref()
    const waiting = answer
    answer = undefined
    waiting?.(outcome)
  }
  worker.on('message', (message: WorkerMessage) => {
    if (message.kind === 'log') onLog(message.text.trimEnd())
    else if (message.kind === 'reply') settle(message)
    else settle({ kind: 'died', message: message.message })
  })
  worker.on('error', (cause) => settle({ kind: 'died', message: String(cause) }))
  worker.on('exit', (code) =>
    settle({ kind: 'died', message: `the toolchain's thread ended with code ${code}` }),
  )

  return {
    call(request) {
      if (dead !== undefined) return Promise.resolve({ kind: 'died', message: dead })
      return new Promise((resolve) => {
        answer = resolve
        worker.ref()
        worker.postMessage({ request } satisfies CallMessage)
      })
    },
    async stop() {
      await worker.terminate()
    },
  }
}

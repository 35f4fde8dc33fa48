/** The end of a call: its time is up, or its caller gave up. @module */

/** The reason of a deadline's signal. */
export class CallEnded extends Error {
  constructor(
    readonly by: 'time' | 'caller',
    message: string,
  ) {
    super(message)
  }
}

export interface Deadline {
  /** Aborted with a `CallEnded`. */
  readonly signal: AbortSignal
  /** Give up now. */
  end(): void
  /** Let go of the timer and of the caller's signal. */
  clear(): void
}

const longestTimer = 2 ** 31 - 1

/**
 * Start one.
 * @param timeoutMs of the whole call
 * @param caller gives up earlier
 */
export function startDeadline(timeoutMs: number, caller?: AbortSignal): Deadline {
  const controller = new AbortController()
  const giveUp = () => controller.abort(new CallEnded('caller', 'was aborted'))
  const timer = setTimeout(
    () => controller.abort(new CallEnded('time', `did not finish within ${timeoutMs} ms`)),
    Math.min(timeoutMs, longestTimer),
  )
  if (caller?.aborted) giveUp()
  else caller?.addEventListener('abort', giveUp, { once: true })
  return {
    signal: controller.signal,
    end: giveUp,
    clear() {
      clearTimeout(timer)
      caller?.removeEventListener('abort', giveUp)
    },
  }
}

/** A promise that does not outlive the signal; what comes afterwards is dropped. */
export function until<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  if (signal.aborted) {
    work.catch(() => undefined)
    return Promise.reject(signal.reason)
  }
  return new Promise<T>((resolve, reject) => {
    const end = () => reject(signal.reason)
    signal.addEventListener('abort', end, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', end))
  })
}

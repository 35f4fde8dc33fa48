/** Doing something again and again, one at a time. @module */

/**
 * @param work what is done at once and then, after each end, `everyMs` later; it tells of its own failures
 * @returns a function that ends it and waits for the work under way
 */
export function startSweep(everyMs: number, work: () => Promise<void>): () => Promise<void> {
  let ended = false
  let timer: NodeJS.Timeout | undefined
  const run = async (): Promise<void> => {
    await work()
    if (!ended) timer = setTimeout(again, everyMs)
  }
  const again = (): void => {
    sweep = run()
  }
  let sweep = run()
  return () => {
    ended = true
    clearTimeout(timer)
    return sweep
  }
}

/** Takes up the plans that a process left behind, and writes down those whose time to be executed is over. @module */
import type { Stepgate } from '../src/control/stepgate.js'
import type { Log } from './logging.js'
import { startSweep } from './sweep.js'

const everyMs = 5_000

/**
 * @param loaded policies and connectors are there
 * @returns a function that ends it and waits for the sweep under way
 */
export function startPlanSweep(
  stepgate: Pick<Stepgate, 'takeUpPlans' | 'plans'>,
  loaded: () => boolean,
  log: Log,
): () => Promise<void> {
  let takenUp = false
  return startSweep(everyMs, async () => {
    try {
      if (!takenUp && loaded()) {
        await stepgate.takeUpPlans()
        takenUp = true
      }
      const expired = await stepgate.plans.expire()
      if (expired > 0) log.info({ expired }, 'plans expired')
    } catch (error) {
      // The store has said why it cannot be read or written; the next sweep finds the same plans.
      log.debug({ err: error }, 'plans were not swept')
    }
  })
}

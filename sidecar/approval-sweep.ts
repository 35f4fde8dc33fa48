/** Writes down holds and requests for review whose deadline has passed, for those who list or watch them. The deadline itself needs no sweep. @module */
import type { Stepgate } from '../src/control/stepgate.js'
import type { Log } from './logging.js'
import { startSweep } from './sweep.js'

const everyMs = 5_000

/** @returns a function that ends it and waits for the sweep under way */
export function startApprovalSweep(
  stepgate: Pick<Stepgate, 'expireApprovals' | 'reviews'>,
  log: Log,
): () => Promise<void> {
  return startSweep(everyMs, async () => {
    try {
      const expired = (await stepgate.expireApprovals()) + (await stepgate.reviews.expire())
      if (expired > 0) log.info({ expired }, 'approvals expired')
    } catch (error) {
      // The store has said why it cannot write; the next sweep finds the same holds.
      log.debug({ err: error }, 'approvals were not swept')
    }
  })
}

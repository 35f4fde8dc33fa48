/** What tells conditions apart. @module */
import type { Condition } from '../policy.js'

// Those of policies that did not change keep their objects over reloads.
const keys = new WeakMap<Condition, string>()

/** Equal for equal conditions. */
export function conditionKey(condition: Condition): string {
  let key = keys.get(condition)
  if (key === undefined) {
    key = JSON.stringify(condition)
    keys.set(condition, key)
  }
  return key
}

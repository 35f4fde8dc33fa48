/** How much a step of a plan may be given. @module */
import type { JsonValue } from '../json.js'

/**
 * Characters of JSON that a step may read from the outputs before it, and that its input may have: two answers of
 * connectors. Templates multiply what they read; a larger input would keep the process from everything else meanwhile.
 */
export const mostInput = 8 * 1024 * 1024

/** What is said of more. */
export const tooLarge = `more than ${mostInput / 1024 / 1024} MiB`

/** Whether a value has more characters than a limit; ends as soon as that is known, however often it holds the same. */
export function isLargerThan(value: JsonValue, limit: number): boolean {
  let left = limit
  const count = (part: JsonValue): void => {
    if (left < 0) return
    left -= typeof part === 'string' ? part.length + 2 : 4
    if (typeof part !== 'object' || part === null) return
    for (const [name, member] of entriesOf(part)) {
      left -= name
      count(member)
      if (left < 0) return
    }
  }
  count(value)
  return left < 0
}

/** Members with the length of their names. */
function* entriesOf(part: object): Generator<readonly [number, JsonValue]> {
  if (Array.isArray(part)) for (const item of part) yield [1, item as JsonValue]
  else
    for (const name of Object.keys(part))
      yield [name.length + 4, (part as Record<string, JsonValue>)[name] as JsonValue]
}

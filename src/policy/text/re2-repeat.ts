import type { PatternReader } from './pattern-reader.js'
import type { PatternNode } from './pattern-tree.js'

/** How often a part may come. */
export interface Times {
  readonly min: number
  readonly max: number
}

const SHORT_FORMS: ReadonlyMap<string, Times> = new Map([
  ['*', { min: 0, max: Number.POSITIVE_INFINITY }],
  ['+', { min: 1, max: Number.POSITIVE_INFINITY }],
  ['?', { min: 0, max: 1 }],
])

const MAX_COUNT = 1000

/**
 * Reads a repetition operator and the `?` that makes it lazy; undefined, reading nothing, when none stands here.
 * Braces that are no count are ordinary characters, as in RE2.
 */
export function readRepeat(reader: PatternReader): Times | undefined {
  const times = readShortForm(reader) ?? readCount(reader)
  if (times !== undefined) reader.takeIf('?')
  return times
}

function readShortForm(reader: PatternReader): Times | undefined {
  const times = SHORT_FORMS.get(reader.peek())
  if (times !== undefined) reader.skip(1)
  return times
}

function readCount(reader: PatternReader): Times | undefined {
  const match = /^\{(0|[1-9]\d*)(?:(,)(0|[1-9]\d*)?)?\}/.exec(reader.rest())
  if (match === null) return undefined
  const [text, from, comma, to] = match
  const min = Number(from)
  const max = comma === undefined ? min : to === undefined ? Number.POSITIVE_INFINITY : Number(to)
  if (min > MAX_COUNT || (max > MAX_COUNT && max !== Number.POSITIVE_INFINITY)) {
    return reader.refuse(`a part may be repeated ${MAX_COUNT} times at most`, reader.offset)
  }
  if (min > max) return reader.refuse('the repeat count runs backwards', reader.offset)
  reader.skip(text.length)
  return { min, max }
}

/** Whether the counts of repeats inside repeats multiply to no more than `limit`. */
export function nestedCountWithin(node: PatternNode, limit: number): boolean {
  switch (node.kind) {
    case 'set':
    case 'place':
      return true
    case 'sequence':
      return node.parts.every((part) => nestedCountWithin(part, limit))
    case 'either':
      return node.options.every((option) => nestedCountWithin(option, limit))
    case 'repeat': {
      if (node.max === 0) return true
      const count = node.max === Number.POSITIVE_INFINITY ? node.min : node.max
      if (count > limit) return false
      return nestedCountWithin(node.body, count > 1 ? Math.floor(limit / count) : limit)
    }
  }
}

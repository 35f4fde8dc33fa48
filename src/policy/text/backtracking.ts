import type { PatternNode } from './pattern-tree.js'

/** The most ways an author's pattern may have at one place of the text for backtracking to count as linear. */
const MAX_WAYS = 256

/** In how many ways a part can match from one place: `factor * length ** degree` at most. */
interface Ways {
  readonly factor: number
  readonly degree: number
}

const UNBOUNDED: Ways = {
  factor: Number.POSITIVE_INFINITY,
  degree: Number.POSITIVE_INFINITY,
}

/**
 * Whether a backtracking engine takes linear time for the pattern, whatever the text.
 *
 * It tries, from each place of the text, every way through the pattern. Where the ways from one place are bounded, or
 * grow with the text but only the start of the text is tried, that is linear. Patterns of which this cannot be shown
 * are not wrong, only left to an engine that needs no proof.
 *
 * @param maxWays how many ways from one place are few; counted generously, as if none ruled out another
 */
export function backtracksLinearly(tree: PatternNode, maxWays = MAX_WAYS): boolean {
  const { factor, degree } = waysOf(tree)
  return factor <= maxWays && degree + (startsAtTextStart(tree) ? 0 : 1) <= 1
}

function waysOf(node: PatternNode): Ways {
  switch (node.kind) {
    case 'set':
    case 'place':
      return { factor: 1, degree: 0 }
    case 'sequence':
      return node.parts.map(waysOf).reduce(times, { factor: 1, degree: 0 })
    case 'either':
      return node.options.map(waysOf).reduce(plus, { factor: 0, degree: 0 })
    case 'repeat':
      return waysOfRepeat(node)
  }
}

function waysOfRepeat({ body, min, max }: PatternNode & { kind: 'repeat' }): Ways {
  const bounded = max !== Number.POSITIVE_INFINITY
  if (body.kind === 'set') return bounded ? { factor: max + 1, degree: 0 } : { factor: min + 1, degree: 1 }
  const ways = waysOf(body)
  if (!bounded || ways.degree > 0) return UNBOUNDED
  let sum = 1
  for (let copies = 1, product = ways.factor; copies <= max && sum < Number.MAX_SAFE_INTEGER; copies++) {
    sum += product
    product *= ways.factor
  }
  return { factor: sum, degree: 0 }
}

const times = (a: Ways, b: Ways): Ways => ({
  factor: a.factor * b.factor,
  degree: a.degree + b.degree,
})

const plus = (a: Ways, b: Ways): Ways => ({
  factor: a.factor + b.factor,
  degree: Math.max(a.degree, b.degree),
})

function startsAtTextStart(node: PatternNode): boolean {
  switch (node.kind) {
    case 'place':
      return node.place === 'text-start'
    case 'sequence':
      return node.parts.length > 0 && startsAtTextStart(node.parts[0]!)
    case 'either':
      return node.options.every(startsAtTextStart)
    default:
      return false
  }
}

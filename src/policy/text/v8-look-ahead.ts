import { type CodeRanges, within } from './code-ranges.js'
import type { PatternNode } from './pattern-tree.js'
import { surrogatePairs } from './surrogate-pairs.js'

/** V8 checks up to so many characters at once before it tries an option. */
const AHEAD = 4

/** What V8's compiler has to look at from a place on to know what a match reads next. */
interface View {
  /** Visits, by the number of characters that are still wanted: 0 to {@link AHEAD}. */
  readonly visits: readonly number[]
  /** The least number of UTF-16 units that a match reads from there on; no more are ever wanted. */
  readonly least: number
}

/** Nothing is wanted any more, or there is nothing more to see. */
const END: View = { visits: [0, 1, 1, 1, 1], least: 0 }

/**
 * How many places V8's compiler looks at before it can run the pattern, about 20 to 50 ns each; at most a little more
 * than `limit`.
 *
 * For every option of every choice it gathers which characters could come next, four at most, and follows all ways
 * through the pattern until it has them, without remembering where it has been: a few dozen choices in a row that may
 * read nothing, or one after the other read one character each, take minutes or for ever (`x(?:|){40}a`,
 * `x(?:a?b?c?){90}abcd`). This counts the same ways from the end of the pattern to its start, remembering.
 */
export function looksAhead(tree: PatternNode, limit: number): number {
  let looks = 0

  function choice(options: readonly View[]): View {
    const visits = sum(options.map((option) => option.visits))
    const least = Math.min(...options.map((option) => option.least))
    looks += visits[Math.min(AHEAD, least)]!
    return { visits, least }
  }

  /** One class of units, and each pair of surrogate classes, is an option of its own. */
  function read(codes: CodeRanges, after: View): View {
    const pair = beyond(2, after)
    const views = surrogatePairs(codes).map(() => pair)
    if (within(codes, 0, 0xffff).length > 0) views.push(beyond(1, after))
    if (views.length === 0) return END
    return views.length === 1 ? views[0]! : choice(views)
  }

  function from(node: PatternNode, after: View): View {
    if (++looks > limit) return after
    switch (node.kind) {
      case 'set':
        return read(node.codes, after)
      case 'place':
        // Whether a word ends here is asked of what comes next, once for each answer; a line's end is read or not.
        return node.place === 'text-start' || node.place === 'text-end' ? after : choice([after, after])
      case 'sequence':
        return node.parts.reduceRight((rest, part) => from(part, rest), after)
      case 'either':
        return choice(node.options.map((option) => from(option, after)))
      case 'repeat':
        return repeated(node, after)
    }
  }

  function repeated({ body, min, max }: PatternNode & { kind: 'repeat' }, after: View): View {
    let rest = after
    if (max === Number.POSITIVE_INFINITY) {
      // Each time around reads a character, so that after so many times nothing is wanted any more.
      for (let times = 0; times < AHEAD && looks <= limit; times++) rest = choice([from(body, rest), after])
    } else {
      for (let copy = min; copy < max && looks <= limit; copy++) rest = choice([from(body, rest), after])
    }
    for (let copy = 0; copy < min && looks <= limit; copy++) rest = from(body, rest)
    return rest
  }

  from(tree, END)
  return looks
}

/** The view before a character of so many units. */
const beyond = (units: number, after: View): View => ({
  visits: after.visits.map((_, wanted) =>
    wanted === 0 ? 0 : 1 + after.visits[Math.max(0, wanted - units)]!,
  ),
  least: after.least + units,
})

const sum = (all: ReadonlyArray<readonly number[]>): readonly number[] =>
  END.visits.map((itself, wanted) => all.reduce((total, visits) => total + visits[wanted]!, itself))

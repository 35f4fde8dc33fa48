import { areDisjoint, type CodeRanges, union } from './code-ranges.js'
import type { PatternNode } from './pattern-tree.js'
import { readsApart, startsAtTextStart } from './search-starts.js'

/** The most steps from one place, runs aside, that still count as few. RE2 itself takes as many as a pattern is long. */
const MAX_WORK = 1000

/** What a backtracking engine has to do from a place on, up to the end of the pattern. */
interface Work {
  /** What may be read next. */
  readonly first: CodeRanges
  /** The steps grow with this power of the text's length. */
  readonly degree: number
  /** The steps on top of that, at most. */
  readonly steps: number
  /** Whether the next character alone decides every choice on the way. */
  readonly decided: boolean
}

const DONE: Work = { first: [], degree: 0, steps: 1, decided: true }
const HOPELESS: Work = { first: [], degree: Number.POSITIVE_INFINITY, steps: 1, decided: false }

/**
 * Whether a backtracking engine takes linear time for the pattern, whatever the text.
 *
 * From one place the time is linear when every unbounded repeat is left in one way, since what follows it begins with
 * other characters, or when only a bounded rest is tried at each place of its run. From all places together it is
 * linear when only the start of the text is tried, or when no start within a run gets as far as a run of its own.
 *
 * Patterns of which this cannot be shown are not wrong, only left to an engine that needs no proof.
 */
export function backtracksLinearly(tree: PatternNode): boolean {
  const { degree, steps } = workOf(tree, DONE)
  if (steps > MAX_WORK || degree > 1) return false
  return degree === 0 || startsAtTextStart(tree) || readsApart(tree)
}

/** The work of a part and of all that comes after it. */
function workOf(node: PatternNode, after: Work): Work {
  if (after.steps > MAX_WORK || after.degree > 1) return HOPELESS
  switch (node.kind) {
    case 'set':
      return { ...after, first: node.codes, steps: after.steps + 1 }
    case 'place':
      return { ...after, steps: after.steps + 1 }
    case 'sequence':
      return node.parts.reduceRight((rest, part) => workOf(part, rest), after)
    case 'either':
      return choice(node.options.map((option) => workOf(option, after)))
    case 'repeat':
      return workOfRepeat(node, after)
  }
}

/** Where the next character decides, only one option costs more than a look at it. */
function choice(options: readonly Work[]): Work {
  let first: CodeRanges = []
  let apart = true
  for (const option of options) {
    apart = apart && areDisjoint(first, option.first)
    first = union(first, option.first)
  }
  const steps = options.map((option) => option.steps)
  return {
    first,
    degree: Math.max(...options.map((option) => option.degree)),
    steps: apart ? Math.max(...steps) + options.length : steps.reduce((sum, count) => sum + count, 0),
    decided: apart && options.every((option) => option.decided),
  }
}

function workOfRepeat(node: PatternNode & { kind: 'repeat' }, after: Work): Work {
  const { body, min, max } = node
  let rest = after
  if (max === Number.POSITIVE_INFINITY)
    rest = body.kind === 'set' ? run(body.codes, after) : loop(body, after)
  else for (let copy = min; copy < max; copy++) rest = choice([workOf(body, rest), after])
  for (let copy = 0; copy < min; copy++) rest = workOf(body, rest)
  return rest
}

/** Any number of characters of a set. */
function run(codes: CodeRanges, after: Work): Work {
  const decided = areDisjoint(codes, after.first)
  return {
    first: union(codes, after.first),
    degree: decided ? Math.max(1, after.degree) : 1 + after.degree,
    steps: after.steps + 2,
    decided: decided && after.decided,
  }
}

/** Any number of copies of something longer: linear when there is one way through all of them. */
function loop(body: PatternNode, after: Work): Work {
  if (canBeEmpty(body)) return HOPELESS
  const { first } = workOf(body, DONE)
  const again: Work = { ...DONE, first: union(first, after.first) }
  const once = workOf(body, again)
  if (!once.decided || !areDisjoint(first, after.first)) return HOPELESS
  return { ...after, first: again.first, degree: Math.max(1, after.degree), steps: after.steps + once.steps }
}

function canBeEmpty(node: PatternNode): boolean {
  switch (node.kind) {
    case 'set':
      return false
    case 'place':
      return true
    case 'sequence':
      return node.parts.every(canBeEmpty)
    case 'either':
      return node.options.some(canBeEmpty)
    case 'repeat':
      return node.min === 0 || canBeEmpty(node.body)
  }
}

import { areDisjoint, type CodeRanges, union } from './code-ranges.js'
import type { PatternNode } from './pattern-tree.js'

/** Whether every match begins where the text does, so that no other start is tried for long. */
export function startsAtTextStart(node: PatternNode): boolean {
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

/**
 * Whether every match reads, before its first unbounded repeat, a character that no unbounded repeat of the pattern
 * takes: `@` in `[a-z]@[a-z]+`. A search that starts within such a run then ends before it comes to a run of its own,
 * save near the run's end, so all searches together read the text a bounded number of times.
 */
export function readsApart(tree: PatternNode): boolean {
  return hasMarkBefore(tree, takenByRuns(tree))
}

function takenByRuns(node: PatternNode): CodeRanges {
  switch (node.kind) {
    case 'set':
    case 'place':
      return []
    case 'sequence':
      return node.parts.map(takenByRuns).reduce(union, [])
    case 'either':
      return node.options.map(takenByRuns).reduce(union, [])
    case 'repeat':
      return node.max === Number.POSITIVE_INFINITY ? allSets(node.body) : takenByRuns(node.body)
  }
}

function allSets(node: PatternNode): CodeRanges {
  switch (node.kind) {
    case 'set':
      return node.codes
    case 'place':
      return []
    case 'sequence':
      return node.parts.map(allSets).reduce(union, [])
    case 'either':
      return node.options.map(allSets).reduce(union, [])
    case 'repeat':
      return allSets(node.body)
  }
}

function hasMarkBefore(node: PatternNode, taken: CodeRanges): boolean {
  switch (node.kind) {
    case 'set':
      return areDisjoint(node.codes, taken)
    case 'place':
      return false
    case 'either':
      return node.options.every((option) => hasMarkBefore(option, taken))
    case 'repeat':
      return node.min > 0 && hasMarkBefore(node.body, taken)
    case 'sequence':
      return marksFirst(node.parts, taken)
  }
}

function marksFirst(parts: readonly PatternNode[], taken: CodeRanges): boolean {
  for (const part of parts) {
    if (hasMarkBefore(part, taken)) return true
    if (takenByRuns(part).length > 0) return false
  }
  return false
}

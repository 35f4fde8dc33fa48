import { ALL_CODE_POINTS } from './code-ranges.js'
import { EMPTY, type PatternNode, sequence } from './pattern-tree.js'

/**
 * Drops from both ends of a pattern what cannot change whether a text has a match: `.*foo.*` asks the same as `foo`,
 * and `\w+@\w+` the same as `\w@\w`. Backtracking over such ends is the commonest waste of time in policies.
 */
export function trimEdges(node: PatternNode): PatternNode {
  return trimEnd(trimStart(node))
}

function trimStart(node: PatternNode): PatternNode {
  switch (node.kind) {
    case 'either':
      return { kind: 'either', options: node.options.map(trimStart) }
    case 'repeat':
      return leastOf(node, trimStart)
    case 'sequence': {
      const parts = withoutAnchoredAll(node.parts, 'text-start', 0, 1)
      const [first, ...rest] = parts
      if (first === undefined) return EMPTY
      const trimmed = trimStart(first)
      return isEmpty(trimmed) ? trimStart(sequence(rest)) : sequence([trimmed, ...rest])
    }
    default:
      return node
  }
}

function trimEnd(node: PatternNode): PatternNode {
  switch (node.kind) {
    case 'either':
      return { kind: 'either', options: node.options.map(trimEnd) }
    case 'repeat':
      return leastOf(node, trimEnd)
    case 'sequence': {
      const parts = withoutAnchoredAll(node.parts, 'text-end', -1, -2)
      const last = parts.at(-1)
      if (last === undefined) return EMPTY
      const rest = parts.slice(0, -1)
      const trimmed = trimEnd(last)
      return isEmpty(trimmed) ? trimEnd(sequence(rest)) : sequence([...rest, trimmed])
    }
    default:
      return node
  }
}

/** At an open end, as few copies as allowed match wherever more do; a single one has an open end itself. */
function leastOf(
  node: PatternNode & { kind: 'repeat' },
  trim: (node: PatternNode) => PatternNode,
): PatternNode {
  if (node.min === 0) return EMPTY
  return node.min === 1 ? trim(node.body) : { ...node, max: node.min }
}

/** `^(?s:.*)` at the start, or its mirror image at the end, says nothing. */
function withoutAnchoredAll(
  parts: readonly PatternNode[],
  place: 'text-start' | 'text-end',
  outer: number,
  inner: number,
): readonly PatternNode[] {
  const [edge, all] = [parts.at(outer), parts.at(inner)]
  if (edge?.kind !== 'place' || edge.place !== place || all?.kind !== 'repeat') return parts
  const anything = all.min === 0 && all.max === Number.POSITIVE_INFINITY && isAll(all.body)
  if (!anything) return parts
  return outer === 0 ? parts.slice(2) : parts.slice(0, -2)
}

const isAll = (node: PatternNode): boolean =>
  node.kind === 'set' &&
  node.codes.length === 2 &&
  node.codes[1] === ALL_CODE_POINTS[1] &&
  node.codes[0] === 0

const isEmpty = (node: PatternNode): boolean => node.kind === 'sequence' && node.parts.length === 0

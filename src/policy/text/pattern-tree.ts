import type { CodeRanges } from './code-ranges.js'

/** A place in the text where a pattern may insist to be, without reading a character. */
export type Place = 'text-start' | 'text-end' | 'line-start' | 'line-end' | 'word-edge' | 'not-word-edge'

/**
 * What a pattern says, reduced to what decides whether a text has a match at all.
 *
 * Groups, their names, and greediness choose *which* match is reported; nobody asks that here, so they leave no
 * trace. Case folding is already worked into the sets.
 */
export type PatternNode =
  | { readonly kind: 'set'; readonly codes: CodeRanges }
  | { readonly kind: 'place'; readonly place: Place }
  | { readonly kind: 'sequence'; readonly parts: readonly PatternNode[] }
  | { readonly kind: 'either'; readonly options: readonly PatternNode[] }
  | {
      readonly kind: 'repeat'
      readonly body: PatternNode
      readonly min: number
      /** `Infinity` when there is no upper bound. */
      readonly max: number
    }

/** The sequence of nothing: matches everywhere. */
export const EMPTY: PatternNode = { kind: 'sequence', parts: [] }

/** A sequence, flattened when it holds a single part. */
export function sequence(parts: readonly PatternNode[]): PatternNode {
  return parts.length === 1 ? parts[0]! : { kind: 'sequence', parts }
}

/** The number of sets the pattern holds once its counted repeats are written out. */
export function expandedSize(node: PatternNode): number {
  switch (node.kind) {
    case 'set':
    case 'place':
      return 1
    case 'sequence':
      return node.parts.reduce((sum, part) => sum + expandedSize(part), 0)
    case 'either':
      return node.options.reduce((sum, option) => sum + expandedSize(option), 0)
    case 'repeat':
      return expandedSize(node.body) * (node.max === Infinity ? Math.max(1, node.min) : node.max)
  }
}

import { RE2JS } from 're2js'
import { backtracksLinearly } from './backtracking.js'
import { linearRegexpHonoured } from './linear-regexp.js'
import { needsOf } from './literals.js'
import { neededCharacter } from './needed-character.js'
import { mayMeet, neededInBody, type PackedNeeds, packNeeds } from './needs.js'
import type { PatternNode } from './pattern-tree.js'
import { parseRe2 } from './re2-syntax.js'
import type { TextSketch } from './sketch.js'
import { trimEdges } from './trim-edges.js'
import { v8Source } from './v8-source.js'

/** A pattern ready to be looked for. */
export interface Pattern {
  /** The pattern as its author wrote it. */
  readonly source: string
  /** Which engine looks through texts of ordinary length. Both give the same answers. */
  readonly engine: 'v8' | 're2js'
  /** What a text must hold for the pattern to match; undefined when that is nothing in particular. */
  readonly needs: PackedNeeds | undefined
  /** What a request's body must hold for the pattern to match a text in it, as positions in a body's sketch. */
  readonly inBody: readonly number[]
  /** Whether a search may go over the text more than once, so that asking a sketch of it first always pays. */
  readonly costly: boolean
  /** Whether a text with this sketch may match; false is certain. */
  mayMatch(sketch: TextSketch): boolean
  /** Whether the pattern matches anywhere in the text; lone surrogates in the text read as U+FFFD. */
  test(text: string): boolean
}

type Search = (text: string) => boolean

export type CompiledPattern =
  | { readonly ok: true; readonly pattern: Pattern }
  | { readonly ok: false; readonly message: string; readonly offset: number }

/**
 * Longest text, in UTF-16 units, for which V8 may be asked what it could backtrack over. It does not count the steps
 * back within the innermost run, and its linear engine takes up to a microsecond a character, so a text made to be
 * slow costs a millisecond or two at this length, and re2js is quicker at any length beyond.
 */
const MAX_GUARDED_LENGTH = 256

/**
 * Compiles a pattern of RE2 syntax to a test that takes linear time whatever the text.
 *
 * V8 does the work where its time is linear: for patterns shown to be so, and, where the process has its linear engine
 * on ({@link linearRegexpHonoured}), for all others on texts of ordinary length. `re2js` does the rest.
 *
 * @returns the pattern, or why it is refused and where
 */
export function compilePattern(source: string): CompiledPattern {
  const parsed = parseRe2(source)
  if (!parsed.ok) return parsed
  return { ok: true, pattern: patternOf(source, trimEdges(parsed.tree)) }
}

function patternOf(source: string, tree: PatternNode): Pattern {
  const found = needsOf(tree)
  const needs = packNeeds(found)
  const inBody = neededInBody(found)
  const mayMatch = (sketch: TextSketch): boolean => needs === undefined || mayMeet(sketch, needs)
  const slow = throughRe2js(source)
  const proven = backtracksLinearly(tree)
  const quick = throughV8(tree, proven)
  if (quick !== undefined && proven) {
    return { source, engine: 'v8', needs, inBody, costly: false, mayMatch, test: quick }
  }
  const engine = quick !== undefined && linearRegexpHonoured() ? 'v8' : 're2js'
  const search =
    quick === undefined || engine === 're2js'
      ? slow
      : (text: string): boolean => (text.length <= MAX_GUARDED_LENGTH ? quick(text) : slow(text))
  const character = needs !== undefined ? undefined : neededCharacter(tree)
  const test =
    character === undefined ? search : (text: string): boolean => text.includes(character) && search(text)
  return { source, engine, needs, inBody, costly: true, mayMatch, test }
}

function throughV8(tree: PatternNode, proven: boolean): Search | undefined {
  const source = v8Source(tree)
  if (source === undefined) return undefined
  // V8's linear engine knows no look-ahead: with an empty one, which costs nothing, it never takes over.
  const regexp = new RegExp(proven ? `(?:${source})(?=)` : source)
  // As the text would read after a way through UTF-8: U+FFFD for each half of a pair.
  if (readsLoneSurrogates(tree)) return (text) => regexp.test(text.toWellFormed())
  return (text) => regexp.test(text)
}

/** Compiled when first asked: most patterns never need it. */
function throughRe2js(source: string): Search {
  let compiled: RE2JS | undefined
  return (text) => {
    compiled ??= RE2JS.compile(source)
    return compiled.test(text.toWellFormed())
  }
}

/** Whether a lone surrogate in the text, or what it is read as, could belong to a match. */
function readsLoneSurrogates(node: PatternNode): boolean {
  switch (node.kind) {
    case 'set':
      return node.codes.length > 0 && node.codes[node.codes.length - 1]! >= 0xd800
    case 'place':
      return false
    case 'sequence':
      return node.parts.some(readsLoneSurrogates)
    case 'either':
      return node.options.some(readsLoneSurrogates)
    case 'repeat':
      return readsLoneSurrogates(node.body)
  }
}

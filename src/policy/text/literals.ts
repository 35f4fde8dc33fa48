import { type CodeRanges, KELVIN_SIGN } from './code-ranges.js'
import { ANYTHING, allOf, type Needs, oneOf, oneOfRows } from './needs.js'
import type { PatternNode } from './pattern-tree.js'
import { symbolOf } from './symbols.js'

type Rows = ReadonlySet<string>

/**
 * What every match of a part of a pattern begins with, ends with, and holds.
 *
 * Rows of symbols are strings whose UTF-16 units are symbols. While `exact` is there it lists all that the part can
 * match; else every match begins with one of `heads` and ends with one of `tails`, where the empty row says nothing.
 */
type Found =
  | { readonly exact: Rows }
  | { readonly exact: undefined; readonly heads: Rows; readonly tails: Rows; readonly needs: Needs }

/** More rows than this are cut down to their beginnings and ends. */
const MAX_ROWS = 16
/** Rows are kept whole up to this length. */
const MAX_ROW_LENGTH = 64
/** What is kept of a row at an end: two symbols make a trigram with any neighbour. */
const END_LENGTH = 2
/** A character that may be more symbols than this says nothing. */
const MAX_CHOICES = 6
/** A repeated part is looked at this many times. */
const MAX_COPIES = 4

const EMPTY_ROW: Found = { exact: new Set(['']) }
const UNKNOWN: Found = { exact: undefined, heads: new Set(['']), tails: new Set(['']), needs: ANYTHING }

/**
 * What a text must hold for a pattern to match it, after the manner of Russ Cox's trigram index.
 *
 * @see https://swtch.com/~rsc/regexp/regexp4.html
 */
export function needsOf(tree: PatternNode): Needs {
  const found = find(tree)
  if (found.exact !== undefined) return oneOfRows(found.exact)
  return allOf([found.needs, oneOfRows(found.heads), oneOfRows(found.tails)])
}

function find(node: PatternNode): Found {
  switch (node.kind) {
    case 'set':
      return findSet(node.codes)
    case 'place':
      return EMPTY_ROW
    case 'sequence':
      return node.parts.map(find).reduce(follow, EMPTY_ROW)
    case 'either':
      return choose(node.options.map(find))
    case 'repeat':
      return findRepeat(node)
  }
}

function findSet(codes: CodeRanges): Found {
  const rows = new Set<string>()
  for (let i = 0; i < codes.length; i += 2) {
    const hi = codes[i + 1]!
    for (let code = codes[i]!; code <= hi; code++) {
      const units = String.fromCodePoint(code)
      const symbols = Array.from({ length: units.length }, (_, at) => symbolOf(units.charCodeAt(at)))
      rows.add(String.fromCharCode(...symbols))
      if (rows.size > MAX_CHOICES) return UNKNOWN
      // From here to the end of the plane all have one symbol, and so have all beyond.
      if (code > KELVIN_SIGN) code = code <= 0xffff ? Math.min(hi, 0xffff) : hi
    }
  }
  return { exact: rows }
}

function findRepeat({ body, min, max }: PatternNode & { kind: 'repeat' }): Found {
  const once = find(body)
  if (min === 0) return max === 1 ? choose([once, EMPTY_ROW]) : UNKNOWN
  const copies = Math.min(min, MAX_COPIES)
  let found = once
  for (let copy = 1; copy < copies; copy++) found = follow(found, once)
  return copies === max ? found : ends(found)
}

/** One part after the other. */
function follow(a: Found, b: Found): Found {
  if (a.exact !== undefined && b.exact !== undefined) {
    const exact = cross(a.exact, b.exact)
    return isSmall(exact) ? { exact } : followEnds(ends(a), ends(b))
  }
  if (a.exact !== undefined) {
    const after = ends(b)
    return cutDown(cross(a.exact, after.heads), after.tails, [after.needs])
  }
  if (b.exact !== undefined) return cutDown(a.heads, cross(a.tails, b.exact), [a.needs])
  return followEnds(a, b)
}

type Ends = Found & { readonly exact: undefined }

function followEnds(a: Ends, b: Ends): Ends {
  return cutDown(a.heads, b.tails, [a.needs, b.needs, oneOfRows(cross(a.tails, b.heads))])
}

/** One part or another. */
function choose(options: readonly Found[]): Found {
  const exact = new Set<string>()
  for (const option of options) for (const row of option.exact ?? []) exact.add(row)
  if (isSmall(exact) && options.every((option) => option.exact !== undefined)) return { exact }
  const all = options.map(ends)
  return {
    exact: undefined,
    heads: few(new Set(all.flatMap((option) => [...option.heads]))),
    tails: few(new Set(all.flatMap((option) => [...option.tails]))),
    needs: oneOf(all.map((option) => option.needs)),
  }
}

/** Forgets what lies between the ends, once it is among the needs. */
function ends(found: Found): Ends {
  return found.exact === undefined ? found : cutDown(found.exact, found.exact, [])
}

function cutDown(heads: Rows, tails: Rows, needs: readonly Needs[]): Ends {
  return {
    exact: undefined,
    heads: few(mapped(heads, (row) => row.slice(0, END_LENGTH))),
    tails: few(mapped(tails, (row) => row.slice(-END_LENGTH))),
    needs: allOf([...needs, oneOfRows(heads), oneOfRows(tails)]),
  }
}

const few = (rows: Rows): Rows => (rows.size > MAX_ROWS ? new Set(['']) : rows)

const isSmall = (rows: Rows): boolean =>
  rows.size <= MAX_ROWS && [...rows].every((row) => row.length <= MAX_ROW_LENGTH)

function cross(a: Rows, b: Rows): Rows {
  const rows = new Set<string>()
  for (const x of a) for (const y of b) rows.add(x + y)
  return rows
}

const mapped = (rows: Rows, change: (row: string) => string): Rows => new Set([...rows].map(change))

import { allOf, mayMeet, oneOfRows, type PackedNeeds, packNeeds } from './needs.js'
import { symbolOf } from './symbols.js'
import type { TextView } from './text-view.js'

/** A look for one of several texts within another, both in lower case. */
export function containsAny(needles: readonly string[]): (view: TextView) => boolean {
  const looks = needles.map((needle) => contains(needle.toLowerCase()))
  if (looks.length === 1) return looks[0]!
  return (view) => {
    for (const look of looks) if (look(view)) return true
    return false
  }
}

function contains(needle: string): (view: TextView) => boolean {
  const needs = needsOfText(needle)
  if (needs === undefined) return (view) => view.lower.includes(needle)
  return (view) => {
    const sketch = view.sketchFor(false)
    return (sketch === undefined || mayMeet(sketch, needs)) && view.lower.includes(needle)
  }
}

/** Only ASCII is asked for: beyond it a lower case may have another length than what it came from. */
function needsOfText(needle: string): PackedNeeds | undefined {
  const rows = needle.match(/[\0-\x7f]{3,}/g) ?? []
  return packNeeds(allOf(rows.map((row) => oneOfRows(new Set([symbolsOf(row)])))))
}

const symbolsOf = (row: string): string =>
  String.fromCharCode(...Array.from({ length: row.length }, (_, at) => symbolOf(row.charCodeAt(at))))

import { allOf, mayMeet, type Needs, neededInBody, oneOfRows, packNeeds, rarestTrigram } from './needs.js'
import { symbolOf } from './symbols.js'
import type { TextView } from './text-view.js'

interface Look {
  readonly trigram: number | undefined
  readonly inBody: readonly number[]
  test(view: TextView): boolean
}

/** A look for one of several texts within another, both in lower case; and trigrams that it always finds, if any. */
export function containsAny(needles: readonly string[]): Look {
  const looks = needles.map((needle) => contains(needle.toLowerCase()))
  if (looks.length === 1) return looks[0]!
  const test = (view: TextView): boolean => {
    for (const look of looks) if (look.test(view)) return true
    return false
  }
  return { trigram: undefined, inBody: [], test }
}

function contains(needle: string): Look {
  const found = needsOfText(needle)
  const needs = packNeeds(found)
  if (needs === undefined)
    return { trigram: undefined, inBody: [], test: (view) => view.lower.includes(needle) }
  const test = (view: TextView): boolean => {
    const sketch = view.sketchFor(false)
    return (sketch === undefined || mayMeet(sketch, needs)) && view.lower.includes(needle)
  }
  return { trigram: rarestTrigram(needs), inBody: neededInBody(found), test }
}

/** Only ASCII is asked for: beyond it a lower case may have another length than what it came from. */
function needsOfText(needle: string): Needs {
  const rows = needle.match(/[\0-\x7f]{3,}/g) ?? []
  return allOf(rows.map((row) => oneOfRows(new Set([symbolsOf(row)]))))
}

const symbolsOf = (row: string): string =>
  String.fromCharCode(...Array.from({ length: row.length }, (_, at) => symbolOf(row.charCodeAt(at))))

import type { TextView } from '../../text-view.js'
import type { Detector, DetectorDescription } from '../detector.js'
import { saidBefore } from '../said-before.js'

/** A detector of codes of capital letters and digits without a gap, told by their make-up and check letters. */
export interface CodeDetector extends DetectorDescription {
  /** How the whole code is made; 7 to 18 characters. */
  readonly shape: RegExp
  valid(code: string): boolean
  /** Words that must stand before it: alternatives in the syntax of JavaScript patterns, for lower-case text. */
  readonly after?: string
}

/** What every code holds somewhere: found far sooner than whole codes, and seldom in a text that has none. */
const MARK = /[A-Z]\d\d[A-Z\d]|\d\d\d\d\d\d\d[A-Z]/g
const MIN_LENGTH = 7
const MAX_LENGTH = 18

/** Makes detectors that share one walk over the codes of a text. */
export function fromCodes(tables: readonly CodeDetector[]): Detector[] {
  const entries = tables.map((table) => ({
    ...table,
    isSaid: table.after === undefined ? undefined : saidBefore(table.after),
  }))
  const find = (text: string): ReadonlySet<string> => {
    let found: Set<string> | undefined
    visitCodes(text, (code, start) => {
      for (const { name, shape, valid, isSaid } of entries) {
        if (!shape.test(code) || !valid(code) || (isSaid !== undefined && !isSaid(text, start))) continue
        found ??= new Set()
        found.add(name)
      }
    })
    return found ?? NONE
  }
  return tables.map(({ name, title, description, category }) => ({
    name,
    title,
    description,
    category,
    test: (view: TextView) => view.once(find).has(name),
  }))
}

const NONE: ReadonlySet<string> = new Set()

function visitCodes(text: string, visit: (code: string, start: number) => void): void {
  MARK.lastIndex = 0
  for (let match = MARK.exec(text); match !== null; match = MARK.exec(text)) {
    let start = match.index
    let end = MARK.lastIndex
    while (isCapitalOrDigit(text.charCodeAt(start - 1)) && end - start <= MAX_LENGTH) start--
    while (isCapitalOrDigit(text.charCodeAt(end)) && end - start <= MAX_LENGTH) end++
    MARK.lastIndex = end
    const fits = end - start >= MIN_LENGTH && end - start <= MAX_LENGTH
    if (fits && !isJoined(text.charCodeAt(start - 1)) && !isJoined(text.charCodeAt(end))) {
      visit(text.slice(start, end), start)
    }
  }
}

const isCapitalOrDigit = (unit: number): boolean =>
  (unit >= 0x30 && unit <= 0x39) || (unit >= 0x41 && unit <= 0x5a)

/** Letters, digits, `_` and `-` make a longer word of it. */
const isJoined = (unit: number): boolean =>
  isCapitalOrDigit(unit) || (unit >= 0x61 && unit <= 0x7a) || unit === 0x5f || unit === 0x2d

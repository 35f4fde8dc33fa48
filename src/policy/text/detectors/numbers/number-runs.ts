import { type ShapeTree, SPACE, separatorCode, shapeStep } from './number-shape.js'

/** A number found in a text: its digits without separators, and where it begins and ends. */
export type NumberVisitor<Entry> = (entry: Entry, digits: string, start: number, end: number) => void

/** Runs with fewer digits than this are not looked at: no identity number is shorter. */
const MIN_DIGITS = 8

/** Groups of digits joined by single separators; kept and refilled, since a text has many. */
interface Run {
  readonly starts: number[]
  readonly ends: number[]
  /** The code of the separator before each group, 0 before the first. */
  readonly separators: number[]
  digits: number
}

/**
 * Walks over the numbers of a text that are written in one of the shapes of a tree, once from left to right.
 *
 * A number is not cut out of something longer: neither out of digits nor out of a word (`a716-446655440000`,
 * `ORD-555-123-4567`), except that a space parts it from other numbers.
 */
export function visitNumbers<Entry>(
  text: string,
  shapes: ShapeTree<Entry>,
  visit: NumberVisitor<Entry>,
): void {
  const run: Run = { starts: [], ends: [], separators: [], digits: 0 }
  const { length } = text
  let lastEnd = -2
  for (let i = 0; i < length; i++) {
    if (!isDigit(text.charCodeAt(i))) continue
    const start = i
    while (isDigit(text.charCodeAt(i + 1))) i++
    const separator = start === lastEnd + 1 ? separatorCode(text.charCodeAt(lastEnd)) : 0
    if (separator === 0) {
      if (run.digits >= MIN_DIGITS) visitRun(text, run, shapes, visit)
      run.starts.length = run.ends.length = run.separators.length = run.digits = 0
    }
    lastEnd = i + 1
    run.starts.push(start)
    run.ends.push(lastEnd)
    run.separators.push(separator)
    run.digits += lastEnd - start
  }
  if (run.digits >= MIN_DIGITS) visitRun(text, run, shapes, visit)
}

function visitRun<Entry>(
  text: string,
  run: Run,
  shapes: ShapeTree<Entry>,
  visit: NumberVisitor<Entry>,
): void {
  const count = run.starts.length
  for (let first = 0; first < count; first++) {
    const before = run.separators[first]!
    if (before !== 0 && before !== SPACE) continue
    if (before === 0 && isPartOfWord(text, run.starts[first]! - 1, -1)) continue
    visitFrom(text, run, first, shapes, visit)
  }
}

function visitFrom<Entry>(
  text: string,
  run: Run,
  first: number,
  shapes: ShapeTree<Entry>,
  visit: NumberVisitor<Entry>,
): void {
  let node = shapes
  let digits = ''
  for (let last = first; last < run.starts.length; last++) {
    const [start, end] = [run.starts[last]!, run.ends[last]!]
    const next = node.next.get(shapeStep(last === first ? 0 : run.separators[last]!, end - start))
    if (next === undefined) return
    node = next
    digits += text.slice(start, end)
    if (node.ends.length === 0) continue
    const after = run.separators[last + 1] ?? 0
    if (after !== 0 && after !== SPACE) continue
    if (after === 0 && isPartOfWord(text, end, 1)) continue
    for (const entry of node.ends) visit(entry, digits, run.starts[first]!, end)
  }
}

/** Whether the character here belongs to a word with the digits beside it, or joins them to one in this direction. */
function isPartOfWord(text: string, at: number, direction: 1 | -1): boolean {
  const unit = text.charCodeAt(at)
  if (isWordUnit(unit) || unit === PLUS) return true
  const separator = separatorCode(unit)
  return separator !== 0 && separator !== SPACE && isWordUnit(text.charCodeAt(at + direction))
}

const PLUS = 0x2b

const isDigit = (unit: number): boolean => unit >= 0x30 && unit <= 0x39

const isWordUnit = (unit: number): boolean =>
  isDigit(unit) ||
  (unit >= 0x41 && unit <= 0x5a) ||
  (unit >= 0x61 && unit <= 0x7a) ||
  unit === 0x5f ||
  isLatinLetter(unit)

/** Accented Latin letters; scripts that set no spaces around numbers are left out. */
const isLatinLetter = (unit: number): boolean => unit >= 0xc0 && unit <= 0x24f

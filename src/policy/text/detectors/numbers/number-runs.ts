import { SEPARATOR, type ShapeTree, SPACE, separatorCode, shapeStep } from './number-shape.js'

/** A number found in a text: its digits without separators, and where it begins and ends. */
export type NumberVisitor<Entry> = (entry: Entry, digits: string, start: number, end: number) => void

/**
 * Eight digits or more, each after one separator at most: no identity number is shorter. Written out, because V8 then
 * looks eight characters ahead; and eight digits in a row are found in a third of a microsecond a kB.
 */
const RUN = new RegExp(`\\d${`${SEPARATOR}?\\d`.repeat(7)}(?:${SEPARATOR}?\\d)*`, 'g')

/** Groups of digits joined by single separators. */
interface Run {
  readonly starts: number[]
  readonly ends: number[]
  /** The code of the separator before each group, 0 before the first. */
  readonly separators: number[]
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
  RUN.lastIndex = 0
  for (let match = RUN.exec(text); match !== null; match = RUN.exec(text)) {
    visitRun(text, runAt(text, match.index, RUN.lastIndex), shapes, visit)
  }
}

function runAt(text: string, start: number, end: number): Run {
  const run: Run = { starts: [], ends: [], separators: [] }
  for (let i = start; i < end; i++) {
    run.separators.push(i === start ? 0 : separatorCode(text.charCodeAt(i - 1)))
    run.starts.push(i)
    while (i < end && isDigit(text.charCodeAt(i))) i++
    run.ends.push(i)
  }
  return run
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

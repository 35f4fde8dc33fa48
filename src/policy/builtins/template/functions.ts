/** The functions of templates, but for `and` and `or`, which need not evaluate all they are given. */
import { bytesOf, isText, rejoined, textOf } from '../bytes.js'
import { isPrintable } from '../go-quote.js'
import { fail } from '../operand.js'
import { sprintf } from '../sprintf.js'
import { Decimal } from '../term.js'
import { escapeUrl } from '../url-escape.js'
import type { Budget } from './budget.js'
import { equalsAny, isLess } from './compare.js'
import { type Printable, ValuePrinter } from './print.js'
import { Byte, integerIn, List, lengthOf, stringOf, truth, type Value } from './value.js'

interface TemplateFunction {
  readonly least: number
  readonly most?: number
  readonly run: (operands: readonly Value[], budget: Budget) => Value
}

export const isTemplateFunction = (name: string): boolean =>
  name === 'and' || name === 'or' || Object.hasOwn(FUNCTIONS, name)

/** @throws BuiltinError where Go has an error, BuiltinHalt where the budget is spent */
export function callTemplateFunction(name: string, operands: readonly Value[], budget: Budget): Value {
  const { least, most = Number.POSITIVE_INFINITY, run } = FUNCTIONS[name]!
  if (operands.length < least || operands.length > most) fail(`${name} of another number of operands`)
  budget.step(operands.reduce<number>((sum, operand) => sum + (stringOf(operand)?.length ?? 1), 0))
  const value = run(operands, budget)
  return typeof value === 'string' ? budget.text(rejoined(value)) : value
}

const comparison = (holds: (a: Value, b: Value) => boolean): TemplateFunction => ({
  least: 2,
  most: 2,
  run: ([a, b]) => holds(a, b),
})

const printing = (
  print: (operands: readonly Printable[], printer: ValuePrinter) => string,
): TemplateFunction => ({
  least: 0,
  run: (operands, budget) => print(operands.map(orNil), new ValuePrinter(budget)),
})

// One string is taken as it is; of others, what is none is printed like no value.
const escaping = (escaped: (text: string) => string): TemplateFunction =>
  printing((operands, printer) =>
    escaped(printer.shownTogether(operands.map((operand) => operand ?? NO_VALUE))),
  )

const FUNCTIONS: Readonly<Record<string, TemplateFunction>> = {
  // There are no functions among the values.
  call: { least: 1, run: () => fail('call of what is no function') },
  eq: { least: 1, run: ([first, ...others]) => equalsAny(first, others) },
  ne: comparison((a, b) => !equalsAny(a, [b])),
  lt: comparison(isLess),
  le: comparison((a, b) => isLess(a, b) || equalsAny(a, [b])),
  gt: comparison((a, b) => !isLess(a, b) && !equalsAny(a, [b])),
  ge: comparison((a, b) => !isLess(a, b)),
  not: { least: 1, most: 1, run: ([operand]) => !truth(operand) },
  len: { least: 1, most: 1, run: ([operand]) => BigInt(lengthOf(operand) ?? fail('no length')) },
  index: { least: 1, run: ([item, ...indexes]) => indexed(item, indexes) },
  slice: { least: 1, run: ([item, ...indexes]) => sliced(item, indexes) },
  print: printing((operands, printer) => printer.shownTogether(operands)),
  println: printing(
    (operands, printer) => `${operands.map((operand) => printer.shown(operand)).join(' ')}\n`,
  ),
  printf: printing(([format, ...operands], printer) =>
    typeof format === 'string' ? sprintf(format, operands, printer) : fail('no format'),
  ),
  html: escaping(htmlEscaped),
  js: escaping(jsEscaped),
  urlquery: escaping((text) => escapeUrl(text, 'query')),
}

const orNil = (value: Value): Printable => value ?? null

function indexed(item: Value, indexes: readonly Value[]): Value {
  if (item === undefined || item === null) fail('an index of nothing')
  return indexes.reduce(member, item)
}

function member(item: Value, index: Value): Value {
  // What a map does not hold is a nil.
  if (item instanceof Map) return typeof index === 'string' ? (item.get(index) ?? null) : fail('no key')
  const length = item instanceof List || stringOf(item) !== undefined ? lengthOf(item)! : fail('no index')
  const at = position(index, length - 1)
  return item instanceof List ? item.at(at) : new Byte(BigInt(bytesOf(stringOf(item)!)[at]!))
}

function sliced(item: Value, indexes: readonly Value[]): Value {
  const text = stringOf(item)
  if (!(item instanceof List) && text === undefined) return fail('no slice')
  if (indexes.length > (text === undefined ? 3 : 2)) return fail('too many indexes')
  const length = lengthOf(item)!
  const most = item instanceof List ? item.room : length
  const [from = 0, to = length, room = most] = indexes.map((index) => position(index, most))
  if (from > to || to > room) return fail('indexes that are not in order')
  if (item instanceof List) return item.slice(from, to, room)
  const part = textOf(bytesOf(text!).subarray(from, to))
  return item instanceof Decimal ? new Decimal(part) : part
}

function position(index: Value, most: number): number {
  const integer = integerIn(index) ?? fail('no integer')
  return integer >= 0n && integer <= BigInt(most) ? Number(integer) : fail('an index out of range')
}

/** What is printed for no value, before OPA makes `<undefined>` of it. */
export const NO_VALUE = '<no value>'

const HTML: Readonly<Record<string, string>> = {
  '\0': '\ufffd',
  '"': '&#34;',
  "'": '&#39;',
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
}

function htmlEscaped(text: string): string {
  return text.replace(/["'&<>]|(?=\p{Cc})\0/gu, (character) => HTML[character]!)
}

// Quotes, and what would leave a script's string or is not printed; not a byte that is no character.
function jsEscaped(text: string): string {
  return text.replace(/["'\\<>&=]|[^ -\x7f]/gu, (character) => {
    if (/["'\\]/.test(character)) return `\\${character}`
    if (!/[<>&=]/.test(character) && (isPrintable(character) || !isText(character))) return character
    return `\\u${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`
  })
}

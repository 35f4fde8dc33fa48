/** `sprintf` with the directives of Go's `fmt`. */
import { type Flags, formatValue, type GoValue, noFlags, typeName } from './go-verbs.js'
import { arrayOperand, type Builtin, integerOf, stringOperand } from './operand.js'
import { isNumber, type NumberTerm, numberText, type Term } from './term.js'
import { termText } from './term-text.js'

/** How values of some kind are printed. */
export interface Formatting<Value> {
  /** Under a verb; Go's complaint where the verb does not fit. */
  format(value: Value, verb: string, flags: Flags): string
  /** Its type and the value, as Go has it in complaints. */
  describe(value: Value): string
  /** What may be a width or a precision. */
  integer(value: Value): bigint | undefined
}

/** Formats as Go does; what does not fit is complained of in the text. */
export function sprintf<Value>(
  format: string,
  values: readonly Value[],
  formatting: Formatting<Value>,
): string {
  return new Printer(format, values, formatting).run()
}

// Go's limit for widths, precisions and indexes.
const LARGEST = 1_000_000

class Printer<Value> {
  #out = ''
  #at = 0
  #next = 0
  #reordered = false
  #goodIndex = true

  constructor(
    readonly format: string,
    readonly values: readonly Value[],
    readonly formatting: Formatting<Value>,
  ) {}

  run(): string {
    for (;;) {
      const percent = this.format.indexOf('%', this.#at)
      this.#out += this.format.slice(this.#at, percent < 0 ? undefined : percent)
      if (percent < 0) break
      this.#at = percent + 1
      if (!this.#directive()) break
    }
    if (!this.#reordered && this.#next < this.values.length) this.#out += this.#extra()
    return this.#out
  }

  #extra(): string {
    const rest = this.values.slice(this.#next)
    return `%!(EXTRA ${rest.map((value) => this.formatting.describe(value)).join(', ')})`
  }

  // Flags, index and width, point, index and precision, index, verb; all but the verb may be missing. False at the
  // end of the format.
  #directive(): boolean {
    this.#goodIndex = true
    const flags = this.#flags()
    let afterIndex = this.#index()
    afterIndex = this.#width(flags, afterIndex)
    if (this.format[this.#at] === '.' && this.#at + 1 < this.format.length) {
      this.#at++
      if (afterIndex) this.#goodIndex = false
      afterIndex = this.#precision(flags)
    }
    if (!afterIndex) this.#index()
    if (this.#at >= this.format.length) {
      this.#out += '%!(NOVERB)'
      return false
    }
    const verb = String.fromCodePoint(this.format.codePointAt(this.#at)!)
    this.#at += verb.length
    this.#out += this.#print(verb, flags)
    return true
  }

  #print(verb: string, flags: Flags): string {
    if (verb === '%') return '%'
    if (!this.#goodIndex) return `%!${verb}(BADINDEX)`
    const value = this.values[this.#next]
    if (value === undefined) return `%!${verb}(MISSING)`
    this.#next++
    // Under %v these two flags mean Go's own syntax.
    if (verb === 'v' || verb === 'w')
      return this.formatting.format(value, verb, {
        ...flags,
        sharpV: flags.sharp,
        sharp: false,
        plusV: flags.plus,
        plus: false,
      })
    return this.formatting.format(value, verb, flags)
  }

  #flags(): Flags {
    const flags = noFlags()
    for (; this.#at < this.format.length; this.#at++) {
      const name = ({ '#': 'sharp', '0': 'zero', '+': 'plus', '-': 'minus', ' ': 'space' } as const)[
        this.format[this.#at] as ' '
      ]
      if (name === undefined) break
      flags[name] = true
    }
    return flags
  }

  #width(flags: Flags, afterIndex: boolean): boolean {
    if (this.format[this.#at] !== '*') {
      const width = this.#number()
      if (width !== undefined) {
        flags.width = width
        if (afterIndex) this.#goodIndex = false
      }
      return afterIndex
    }
    this.#at++
    const width = this.#integerValue()
    if (width === undefined) this.#out += '%!(BADWIDTH)'
    else flags.width = Math.abs(width)
    if (width !== undefined && width < 0) {
      flags.minus = true
      flags.zero = false
    }
    return false
  }

  #precision(flags: Flags): boolean {
    const afterIndex = this.#index()
    if (this.format[this.#at] !== '*') {
      flags.precision = this.#number() ?? 0
      return afterIndex
    }
    this.#at++
    const precision = this.#integerValue()
    if (precision !== undefined && precision >= 0) flags.precision = precision
    else this.#out += '%!(BADPREC)'
    return false
  }

  // Digits; too many of them eat the rest of the format.
  #number(): number | undefined {
    const [digits = ''] = /^\d*/.exec(this.format.slice(this.#at, this.#at + 20)) ?? []
    if (digits === '') return undefined
    if (Number(digits.slice(0, -1)) > LARGEST) {
      this.#at = this.format.length
      return undefined
    }
    this.#at += digits.length
    return Number(digits)
  }

  #integerValue(): number | undefined {
    const value = this.values[this.#next]
    if (value === undefined) return undefined
    this.#next++
    const integer = this.formatting.integer(value)
    return integer !== undefined && integer <= LARGEST && integer >= -LARGEST ? Number(integer) : undefined
  }

  // `[2]` names the value to print next.
  #index(): boolean {
    if (this.format[this.#at] !== '[') return false
    this.#reordered = true
    const end = this.format.indexOf(']', this.#at)
    const digits = this.format.slice(this.#at + 1, Math.max(end, 0))
    const number = /^\d+$/.test(digits) && Number(digits.slice(0, -1)) <= LARGEST ? Number(digits) : undefined
    this.#at = end < 0 ? this.#at + 1 : end + 1
    if (number !== undefined && number >= 1 && number <= this.values.length) {
      this.#next = number - 1
      return true
    }
    this.#goodIndex = false
    return number !== undefined
  }
}

const goFormatting: Formatting<GoValue> = {
  format: formatValue,
  describe: (value) => `${typeName(value)}=${formatValue(value, 'v', noFlags())}`,
  integer: (value) => (typeof value === 'bigint' ? value : undefined),
}

// Numbers with a point or an exponent are doubles, whatever their value; collections are their text.
function goValue(term: Term): GoValue {
  if (typeof term === 'string') return term
  return isNumber(term) ? goNumber(term) : termText(term)
}

function goNumber(term: NumberTerm): GoValue {
  const text = numberText(term)
  if (!/[.eE]/.test(text)) return integerOf(term) ?? BigInt(text)
  const double = Number(text)
  return Number.isFinite(double) ? double : text
}

export const sprintfBuiltins: Readonly<Record<string, Builtin>> = {
  sprintf: (format, values) => {
    const operands = arrayOperand(values)
    return sprintf(stringOperand(format), operands.map(goValue), goFormatting)
  },
}

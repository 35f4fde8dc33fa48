/** `numbers.range`, `numbers.range_step`, and numbers to text and back. */
import { readFloat, truncated } from './big-float.js'
import { readNumber } from './number-text.js'
import {
  type Builtin,
  BuiltinHalt,
  fail,
  integerOf,
  integerTerm,
  numberOperand,
  stringOperand,
  wholeOperand,
} from './operand.js'
import { isNumber, type NumberTerm, numberText, type Term } from './term.js'

// OPA would go on until it is cancelled.
const MOST_NUMBERS = 1_000_000n

const range =
  (name: string): Builtin =>
  (from, to, by = 1) => {
    const [first, last, step] = [wholeOperand(from), wholeOperand(to), wholeOperand(by)]
    if (step <= 0n) return fail('step must be a positive integer')
    const up = first <= last
    const steps = (up ? last - first : first - last) / step
    if (steps >= MOST_NUMBERS) throw new BuiltinHalt(`${name}: more than ${MOST_NUMBERS} numbers`)
    return Array.from({ length: Number(steps) + 1 }, (_, i) => {
      const distance = BigInt(i) * step
      return integerTerm(up ? first + distance : first - distance)
    })
  }

const RADIXES: readonly string[] = ['2', '8', '10', '16']

/** `format_int`: without what is behind the point. */
function formatInteger(number: NumberTerm, radix: string): string {
  if (!RADIXES.includes(radix)) return fail('must be one of {2, 8, 10, 16}')
  const text = numberText(number)
  const whole = integerOf(number) ?? (/^-?\d+$/.test(text) ? BigInt(text) : truncated(readFloat(text)))
  return whole.toString(Number(radix))
}

/** `to_number` */
function toNumber(term: Term): NumberTerm {
  if (term === null || typeof term === 'boolean') return term ? 1 : 0
  if (isNumber(term)) return term
  return readNumber(stringOperand(term)) ?? fail('valid number string')
}

export const numberBuiltins: Readonly<Record<string, Builtin>> = {
  'numbers.range': range('numbers.range'),
  'numbers.range_step': range('numbers.range_step'),
  format_int: (number, radix) => formatInteger(numberOperand(number), numberText(numberOperand(radix))),
  to_number: (term) => toNumber(term!),
}

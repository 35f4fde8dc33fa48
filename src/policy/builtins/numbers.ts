/** `numbers.range_step`. */
import { type Builtin, BuiltinHalt, fail, integerTerm, numberOperand } from './operand.js'
import { decimalOf, numberText, type Term } from './term.js'

// OPA would go on until it is cancelled.
const MOST_NUMBERS = 1_000_000n

// A whole number of any size in any spelling.
function wholeOperand(term: Term | undefined): bigint {
  const { negative, digits, exponent } = decimalOf(numberText(numberOperand(term)))
  if (exponent < 0 || exponent > 10_000) return fail('must be integer number')
  const size = BigInt(digits) * 10n ** BigInt(exponent)
  return negative ? -size : size
}

function range(first: bigint, last: bigint, step: bigint): Term[] {
  if (step <= 0n) return fail('step must be a positive integer')
  const up = first <= last
  const steps = (up ? last - first : first - last) / step
  if (steps >= MOST_NUMBERS) throw new BuiltinHalt(`numbers.range_step: more than ${MOST_NUMBERS} numbers`)
  return Array.from({ length: Number(steps) + 1 }, (_, i) => {
    const distance = BigInt(i) * step
    return integerTerm(up ? first + distance : first - distance)
  })
}

export const numberBuiltins: Readonly<Record<string, Builtin>> = {
  'numbers.range_step': (first, last, step) =>
    range(wholeOperand(first), wholeOperand(last), wholeOperand(step)),
}

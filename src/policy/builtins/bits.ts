/** `bits.*`, on whole numbers of any size in two's complement. */
import { bitLength } from './big-float.js'
import { type Builtin, fail, integerTerm, LARGEST_POWER, tooLarge, wholeOperand } from './operand.js'
import type { Term } from './term.js'

// OPA looks at the last 64 bits.
function distance(term: Term | undefined): bigint {
  const bits = wholeOperand(term)
  return bits < 0n ? fail('must be an unsigned integer number') : BigInt.asUintN(64, bits)
}

function shiftedLeft(value: bigint, by: bigint): bigint {
  if (value === 0n) return 0n
  return by + BigInt(bitLength(value < 0n ? -value : value)) > LARGEST_POWER ? tooLarge() : value << by
}

const binary =
  (operation: (a: bigint, b: bigint) => bigint): Builtin =>
  (a, b) =>
    integerTerm(operation(wholeOperand(a), wholeOperand(b)))

export const bitBuiltins: Readonly<Record<string, Builtin>> = {
  'bits.and': binary((a, b) => a & b),
  'bits.or': binary((a, b) => a | b),
  'bits.xor': binary((a, b) => a ^ b),
  'bits.negate': (a) => integerTerm(~wholeOperand(a)),
  'bits.lsh': (a, by) => integerTerm(shiftedLeft(wholeOperand(a), distance(by))),
  'bits.rsh': (a, by) => integerTerm(wholeOperand(a) >> distance(by)),
}

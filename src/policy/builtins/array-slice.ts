/** `array.slice`, which compiled in has no answer where a position is spelt `1.0`. */
import { arrayOperand, type Builtin, integerOperand } from './operand.js'
import type { Term } from './term.js'

function slice(array: readonly Term[], start: bigint, stop: bigint): readonly Term[] {
  const within = (position: bigint): number =>
    Number(position < 0n ? 0n : position > BigInt(array.length) ? BigInt(array.length) : position)
  return array.slice(within(start), within(stop))
}

export const arraySliceBuiltins: Readonly<Record<string, Builtin>> = {
  'array.slice': (array, start, stop) =>
    slice(arrayOperand(array), integerOperand(start), integerOperand(stop)),
}

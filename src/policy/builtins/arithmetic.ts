/**
 * Arithmetic. OPA would compile it in, but there it is decimal, with 18 digits for quotients: `1 / 3 * 3 == 1` holds in
 * a policy's tests and not at the gate. Whole numbers are exact at any size; everything else is a `BigFloat`.
 */
import {
  add,
  type BigFloat,
  bitLength,
  divide,
  floatText,
  isWhole,
  multiply,
  negated,
  PRECISION,
  readFloat,
  truncated,
  wholeFloat,
} from './big-float.js'
import {
  arrayOperand,
  type Builtin,
  fail,
  integerTerm,
  LARGEST_POWER,
  numberOperand,
  tooLarge,
  wholeNumber,
} from './operand.js'
import { sortedMembers } from './order.js'
import { type NumberTerm, numberTerm, numberText, RegoSet, type Term } from './term.js'

const floatOf = (number: NumberTerm): BigFloat => readFloat(numberText(number))
const floatTerm = (float: BigFloat): NumberTerm => numberTerm(floatText(float))

interface Operation {
  /** Of two safe integers. An answer that is none goes the long way. */
  readonly small: (a: number, b: number) => number
  readonly whole?: (a: bigint, b: bigint) => bigint
  readonly float: (a: BigFloat, b: BigFloat) => BigFloat
}

function compute({ small, whole, float }: Operation, a: NumberTerm, b: NumberTerm): NumberTerm {
  if (Number.isSafeInteger(a) && Number.isSafeInteger(b)) {
    // Zero without a sign.
    const result = small(a as number, b as number) + 0
    if (Number.isSafeInteger(result)) return result
  }
  const [x, y] = whole === undefined ? [] : [wholeNumber(a), wholeNumber(b)]
  if (x !== undefined && y !== undefined) return integerTerm(whole!(x, y))
  return floatTerm(float(floatOf(a), floatOf(b)))
}

const binary =
  (operation: Operation): Builtin =>
  (a, b) =>
    compute(operation, numberOperand(a), numberOperand(b))

const minus: Operation = {
  small: (a, b) => a - b,
  whole: (a, b) => a - b,
  float: (a, b) => add(a, negated(b)),
}

/** Of numbers, or of sets. */
function difference(a: Term | undefined, b: Term | undefined): Term {
  if (!(a instanceof RegoSet && b instanceof RegoSet))
    return compute(minus, numberOperand(a), numberOperand(b))
  return new RegoSet([...a].filter((member) => !b.has(member)))
}

const isInt32 = (value: number): boolean => value === (value | 0)

const quotient: Operation = {
  // A zero divided has a sign.
  small: (a, b) => (isInt32(a) && isInt32(b) && a !== 0 ? a / b : Number.NaN),
  float: (a, b) => (b.mantissa === 0n ? fail('divide by zero') : divide(a, b)),
}

const remainder: Operation = {
  small: (a, b) => a % b,
  whole: (a, b) => (b === 0n ? fail('modulo by zero') : a % b),
  float: () => fail('modulo on floating-point number'),
}

const ofOne =
  (float: (a: BigFloat) => BigFloat, small: (a: number) => number = (a) => a): Builtin =>
  (a) => {
    const number = numberOperand(a)
    return typeof number === 'number' && isInt32(number) ? small(number) : floatTerm(float(floatOf(number)))
  }

const HALF: BigFloat = { negative: false, mantissa: 1n, exponent: -1, precision: PRECISION }

const rounded = (a: BigFloat): BigFloat =>
  wholeFloat(truncated(add(a, a.negative ? negated(HALF) : HALF, PRECISION)))

// OPA looks at the sign of the whole part, so `ceil(-0.5)` is 1 and `floor(-0.5)` 0.
function ceiling(a: BigFloat): BigFloat {
  const whole = wholeFloat(truncated(a))
  return whole.negative || isWhole(a) ? whole : add(whole, wholeFloat(1n))
}

function floored(a: BigFloat): BigFloat {
  const whole = wholeFloat(truncated(a))
  return !whole.negative || isWhole(a) ? whole : add(whole, wholeFloat(-1n))
}

// In OPA's order, for every step may round.
const aggregate =
  (
    first: bigint,
    whole: (a: bigint, b: bigint) => bigint,
    float: Operation['float'],
    precision: number,
  ): Builtin =>
  (term) => {
    const numbers = (term instanceof RegoSet ? sortedMembers(term) : arrayOperand(term)).map(numberOperand)
    const wholes = numbers.map(wholeNumber)
    if (wholes.every((each) => each !== undefined))
      return integerTerm(wholes.reduce((a, b) => whole(a, b), first))
    return floatTerm(numbers.map(floatOf).reduce((a, b) => float(a, b), { ...wholeFloat(first), precision }))
  }

const sum = (a: bigint, b: bigint): bigint => a + b

function product(a: bigint, b: bigint): bigint {
  return bitLength(a) + bitLength(b) > LARGEST_POWER ? tooLarge() : a * b
}

// The bits that OPA keeps of a product of fractions.
const PRODUCT_PRECISION = 53

export const arithmeticBuiltins: Readonly<Record<string, Builtin>> = {
  plus: binary({ small: (a, b) => a + b, whole: sum, float: add }),
  minus: difference,
  mul: binary({ small: (a, b) => a * b, whole: product, float: multiply }),
  div: binary(quotient),
  rem: binary(remainder),
  abs: ofOne((a) => ({ ...a, negative: false }), Math.abs),
  round: ofOne(rounded),
  ceil: ofOne(ceiling),
  floor: ofOne(floored),
  sum: aggregate(0n, sum, add, PRECISION),
  product: aggregate(1n, product, (a, b) => multiply(a, b, PRODUCT_PRECISION), PRODUCT_PRECISION),
}

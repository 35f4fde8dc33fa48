/**
 * Numbers in texts that a policy reads: as JSON spells them, and for `to_number` as Go does, with a plus, bare points,
 * underscores and hexadecimal fractions. What JSON could not spell gets the spelling it would have there.
 */
import { binaryDigits, fixed } from './go-float.js'
import { BuiltinHalt } from './operand.js'
import { Decimal, decimalOf, type NumberTerm, numberTerm } from './term.js'

// OPA takes in what lies between 2^-100000 and 2^100000, where there is an exponent.
const MOST_BITS = 100_000
const MOST_DIGITS = Math.ceil(MOST_BITS * Math.log10(2))

/** The number, unless OPA would not take in one of its size. */
export function measuredNumber(number: NumberTerm): NumberTerm | undefined {
  if (!(number instanceof Decimal) || !/e/i.test(number.text)) return number
  const { digits, exponent } = decimalOf(number.text)
  return Math.abs(digits.length + exponent) > MOST_DIGITS ? undefined : number
}

const MOST_CHARACTERS = 10_000

/** Ends the evaluation over a number that is longer than any to compute with: its sender would decide how long that takes. */
export function boundedSpelling(text: string): string {
  if (text.length > MOST_CHARACTERS)
    throw new BuiltinHalt(`a number of more than ${MOST_CHARACTERS} characters`)
  return text
}

const DECIMAL = /^([-+]?)(?=\.?\d)(\d(?:_?\d)*)?(?:(\.)(\d(?:_?\d)*)?)?(?:e([-+]?\d(?:_?\d)*))?$/i
const HEXADECIMAL =
  /^([-+]?)0x_?(?=\.?[\da-f])([\da-f](?:_?[\da-f])*)?(?:\.([\da-f](?:_?[\da-f])*)?)?p([-+]?\d(?:_?\d)*)$/i

/** Reads a whole text; undefined where it is no number, or none that a double could be near. */
export function readNumber(text: string): NumberTerm | undefined {
  const spelling = jsonSpelling(text)
  if (spelling !== undefined) boundedSpelling(spelling)
  if (spelling === undefined || !Number.isFinite(Number(spelling))) return undefined
  return measuredNumber(numberTerm(spelling))
}

function jsonSpelling(text: string): string | undefined {
  const decimal = DECIMAL.exec(text)
  if (decimal === null) return hexadecimal(text)
  const [, sign, whole = '', , fraction = '', power] = decimal.map((part) => part?.replaceAll('_', ''))
  const point = fraction === '' ? '' : `.${fraction}`
  const minus = sign === '-' ? '-' : ''
  return `${minus}${whole.replace(/^0+(?=\d)/, '') || '0'}${point}${power === undefined ? '' : `e${power}`}`
}

function hexadecimal(text: string): string | undefined {
  const [all, sign, whole = '', fraction = '', power] =
    HEXADECIMAL.exec(text)?.map((part) => part?.replaceAll('_', '')) ?? []
  if (all === undefined) return undefined
  const exponent = Number(power) - fraction.length * 4
  if (Math.abs(exponent) > MOST_BITS) return undefined
  return (sign === '-' ? '-' : '') + fixed(binaryDigits(BigInt(`0x${whole}${fraction}`), exponent), undefined)
}

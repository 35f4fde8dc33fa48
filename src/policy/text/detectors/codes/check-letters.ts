import { modulo } from '../numbers/checksums.js'
import { isYymmdd } from '../numbers/dates.js'

/** The sum of each digit of a code, from an index on, times its weight. */
const weightedFrom = (code: string, first: number, weights: readonly number[]): number =>
  weights.reduce((sum, weight, index) => sum + weight * Number(code.charAt(first + index)), 0)

/** Singapore's NRIC (S, T) and FIN (F, G, M): weights 2 7 6 5 4 3 2, an offset for each later series. */
export function isNric(code: string): boolean {
  const series = code.charAt(0)
  const offset = series === 'T' || series === 'G' ? 4 : series === 'M' ? 3 : 0
  const rest = (weightedFrom(code, 1, [2, 7, 6, 5, 4, 3, 2]) + offset) % 11
  if (series === 'M') return 'XWUTRQPNJLK'.charAt(rest) === code.charAt(8)
  return (series === 'S' || series === 'T' ? 'JZIHGFEDCBA' : 'XWUTRQPNMLK').charAt(rest) === code.charAt(8)
}

const UEN_ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWX0123456789'
const UEN_WEIGHTS = [4, 3, 5, 3, 10, 2, 2, 5, 7]

/** Singapore's UEN: of a business (9 characters), of a local company (10, from a year), of any other entity (10). */
export function isUen(code: string): boolean {
  const check = code.charAt(code.length - 1)
  if (/^\d{8}[A-Z]$/.test(code)) {
    return 'XMKECAWLJDB'.charAt(weightedFrom(code, 0, [10, 4, 9, 3, 8, 2, 7, 1]) % 11) === check
  }
  if (/^(?:18|19|20)\d{7}[A-Z]$/.test(code)) {
    return 'ZKCMDNERGWH'.charAt(weightedFrom(code, 0, [10, 8, 6, 4, 9, 7, 5, 3, 1]) % 11) === check
  }
  const sum = UEN_WEIGHTS.reduce(
    (total, weight, index) => total + weight * UEN_ALPHABET.indexOf(code.charAt(index)),
    0,
  )
  return UEN_ALPHABET.charAt((sum - 5 + 11) % 11) === check
}

/** Spain's DNI and NIE: the number's rest by 23 picks the letter; X, Y and Z stand for 0, 1 and 2. */
export function isDni(code: string): boolean {
  const number = Number(code.slice(0, 8).replace(/^[XYZ]/, (letter) => String('XYZ'.indexOf(letter))))
  return 'TRWAGMYFPDXBNJZSQVHLCKE'.charAt(number % 23) === code.charAt(8)
}

/** What the odd places of an Italian tax code count, for 0-9 and for A-J alike, then K-Z. */
const ODD_PLACES = [
  1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
]

/** Italy's codice fiscale: places count differently by turns, the sum's rest by 26 is the last letter. */
export function isCodiceFiscale(code: string): boolean {
  let sum = 0
  for (let place = 0; place < 15; place++) {
    const character = code.charAt(place)
    const value = /\d/.test(character) ? Number(character) : character.charCodeAt(0) - 65
    sum += place % 2 === 0 ? ODD_PLACES[value]! : value
  }
  return String.fromCharCode(65 + (sum % 26)) === code.charAt(15)
}

/** China's resident number: a birth date at the seventh place, and ISO 7064 MOD 11-2, where ten is written X. */
export function isChineseResident(code: string): boolean {
  if (!/^[1-9]\d{5}(?:19|20)/.test(code) || !isYymmdd(code.slice(8, 14))) return false
  let rest = 0
  for (const digit of code.slice(0, 17)) rest = ((rest + Number(digit)) * 2) % 11
  const check = (12 - rest) % 11
  return (check === 10 ? 'X' : String(check)) === code.charAt(17)
}

const CURP_ALPHABET = '0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ'

/** Mexico's CURP: weights 18 to 2 over an alphabet with Ñ, mod 10. */
export function isCurp(code: string): boolean {
  let sum = 0
  for (let place = 0; place < 17; place++) sum += CURP_ALPHABET.indexOf(code.charAt(place)) * (18 - place)
  return (10 - (sum % 10)) % 10 === Number(code.charAt(17))
}

/** France's NIR: thirteen characters and a key; in Corsica, 2A counts as 19 and 2B as 18. */
export function isNir(code: string): boolean {
  const digits = code.replace('2A', '19').replace('2B', '18')
  if (!/^[12]\d\d(?:0[1-9]|1[0-2]|[2-9]\d)/.test(digits)) return false
  return 97 - modulo(digits.slice(0, 13), 97) === Number(digits.slice(13))
}

import { luhn } from './checksums.js'
import type { NumberDetector } from './from-numbers.js'

/** First digits and lengths of the card schemes. @see ISO/IEC 7812, and the schemes' published ranges */
const SCHEMES: ReadonlyArray<{ readonly starts: RegExp; readonly lengths: readonly number[] }> = [
  { starts: /^4/, lengths: [13, 16, 19] }, // Visa
  { starts: /^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, lengths: [16] }, // Mastercard
  { starts: /^3[47]/, lengths: [15] }, // American Express
  { starts: /^(?:6011|64[4-9]|65)/, lengths: [16, 17, 18, 19] }, // Discover
  { starts: /^(?:30[0-5]|3095|36|38|39)/, lengths: [14, 16, 19] }, // Diners Club
  { starts: /^35(?:2[89]|[3-8])/, lengths: [16, 17, 18, 19] }, // JCB
  { starts: /^62/, lengths: [16, 17, 18, 19] }, // UnionPay
  { starts: /^(?:5018|5020|5038|5893|6304|6759|676[1-3])/, lengths: [13, 14, 15, 16, 17, 18, 19] }, // Maestro
  { starts: /^(?:60|81|82|508)/, lengths: [16] }, // RuPay
  { starts: /^220[0-4]/, lengths: [16, 17, 18, 19] }, // Mir
]

/** Payment cards. */
export const CARD: NumberDetector = {
  name: 'pii.card',
  title: 'Payment card number',
  description:
    'A card number with the first digits and length of a known scheme and a right check digit (Luhn).',
  category: 'pii',
  forms: [
    { shapes: ['13', '14', '15', '16', '17', '18', '19'] },
    { shapes: ['4 4 4 4', '4-4-4-4', '4 4 4 4 3', '4-4-4-4-3', '4 6 5', '4-6-5', '4 6 4', '4-6-4'] },
  ],
  valid: (digits) =>
    luhn(digits) &&
    SCHEMES.some(({ starts, lengths }) => lengths.includes(digits.length) && starts.test(digits)),
}

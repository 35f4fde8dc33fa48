import { isNir } from '../codes/check-letters.js'
import { isUniform, luhn, mod11And10, modulo, weighted } from './checksums.js'
import { isDayOfYear, isYymmdd } from './dates.js'
import type { NumberDetector } from './from-numbers.js'

/** Of the first ten digits of a German tax id exactly one comes more than once, and that two or three times. */
function repeatsOneDigit(digits: string): boolean {
  const times = new Map<string, number>()
  for (const digit of digits.slice(0, 10)) times.set(digit, (times.get(digit) ?? 0) + 1)
  const repeated = [...times.values()].filter((count) => count > 1)
  return repeated.length === 1 && repeated[0]! <= 3
}

/** The month of a PESEL carries the century: 20 is added for each after 1900, 80 for the one before. */
const isPeselDate = (digits: string): boolean =>
  isDayOfYear(Number(digits.slice(2, 4)) % 20, Number(digits.slice(4, 6)))

/** Born since 2000, the check is made with a 2 before the number. */
const isBelgian = (digits: string): boolean => {
  const check = Number(digits.slice(9))
  return [digits.slice(0, 9), `2${digits.slice(0, 9)}`].some((counted) => 97 - modulo(counted, 97) === check)
}

/** Numbers of Europe. Those that also hold letters are among the codes. */
export const EUROPE: readonly NumberDetector[] = [
  {
    name: 'pii.uk_nhs',
    title: 'UK NHS number',
    description: 'Ten digits with a right check digit (mod 11) after the letters NHS.',
    category: 'pii',
    forms: [{ shapes: ['10', '3 3 4', '3-3-4'], after: 'nhs(?:[ _-]?(?:number|no|num|#))?' }],
    valid: (digits) => weighted(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0 && !isUniform(digits),
  },
  {
    name: 'pii.de_steuer_id',
    title: 'German tax id',
    description: 'Eleven digits of which one repeats, with a right check digit (ISO 7064 MOD 11,10).',
    category: 'pii',
    forms: [{ shapes: ['11', '2 3 3 3'] }],
    valid: (digits) => !digits.startsWith('0') && repeatsOneDigit(digits) && mod11And10(digits),
  },
  {
    name: 'pii.fr_nir',
    title: 'French social security number',
    description: 'Sex, birth and place in thirteen characters, and a right key (97 less the rest by 97).',
    category: 'pii',
    forms: [{ shapes: ['15', '13 2', '1 2 2 2 3 3 2', '1.2.2.2.3.3.2'] }],
    valid: isNir,
  },
  {
    name: 'pii.nl_bsn',
    title: 'Dutch citizen service number',
    description: 'Nine digits that pass the eleven test, after a word such as BSN.',
    category: 'pii',
    forms: [{ shapes: ['9', '4.2.3', '3 3 3'], after: 'bsn|burgerservicenummer|sofi(?:nummer)?' }],
    valid: (digits) => weighted(digits, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0 && !isUniform(digits),
  },
  {
    name: 'pii.be_national_number',
    title: 'Belgian national number',
    description: 'Eleven digits that begin with a birth date, with right check digits (mod 97).',
    category: 'pii',
    forms: [
      { shapes: ['2.2.2-3.2', '2 2 2 3 2', '6-3-2'] },
      { shapes: ['11'], after: 'nrn|niss|insz|rijksregisternummer' },
    ],
    valid: (digits) => isYymmdd(digits) && isBelgian(digits),
  },
  {
    name: 'pii.pl_pesel',
    title: 'Polish PESEL',
    description:
      'Eleven digits that begin with a birth date, with a right check digit, after the word PESEL.',
    category: 'pii',
    forms: [{ shapes: ['11'], after: 'pesel' }],
    valid: (digits) => isPeselDate(digits) && weighted(digits, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0,
  },
  {
    name: 'pii.se_personnummer',
    title: 'Swedish personal number',
    description: 'A birth date and four digits joined by a dash, with a right check digit (Luhn).',
    category: 'pii',
    forms: [{ shapes: ['6-4'] }, { shapes: ['8-4'], valid: (digits) => isSwedish(digits.slice(2)) }],
    valid: (digits) => isSwedish(digits),
  },
  {
    name: 'pii.ch_ahv',
    title: 'Swiss AHV number',
    description: 'Thirteen digits that begin with 756, with a right check digit (EAN-13).',
    category: 'pii',
    forms: [{ shapes: ['3.4.4.2', '13'] }],
    valid: (digits) =>
      digits.startsWith('756') && weighted(digits, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 === 0,
  },
]

const isSwedish = (digits: string): boolean => isYymmdd(digits) && luhn(digits)

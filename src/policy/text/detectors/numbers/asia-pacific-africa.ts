import { isChineseResident } from '../codes/check-letters.js'
import { isUniform, luhn, verhoeff, weighted } from './checksums.js'
import { isYymmdd } from './dates.js'
import type { NumberDetector } from './from-numbers.js'

/** Numbers of Asia, the Pacific and Africa. Those that also hold letters are among the codes. */
export const ASIA_PACIFIC_AFRICA: readonly NumberDetector[] = [
  {
    name: 'pii.in_aadhaar',
    title: 'Indian Aadhaar number',
    description:
      'Twelve digits with a right check digit (Verhoeff), grouped by fours or after the word Aadhaar.',
    category: 'pii',
    forms: [{ shapes: ['4 4 4', '4-4-4'] }, { shapes: ['12'], after: 'aa?dhaa?r|uidai|uid|आधार' }],
    valid: (digits) => /^[2-9]/.test(digits) && !isUniform(digits) && verhoeff(digits),
  },
  {
    name: 'pii.au_tfn',
    title: 'Australian tax file number',
    description: 'Nine digits with a right check digit (mod 11) after a word such as TFN.',
    category: 'pii',
    forms: [{ shapes: ['9', '3 3 3', '3-3-3'], after: 'tfn|tax file(?: number| no)?|tax_file_number' }],
    valid: (digits) => weighted(digits, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0 && !isUniform(digits),
  },
  {
    name: 'pii.cn_resident_id',
    title: 'Chinese resident identity number',
    description:
      'Seventeen digits with a birth date in them and a right check digit or X (ISO 7064 MOD 11-2).',
    category: 'pii',
    forms: [{ shapes: ['18', '6 8 4'] }],
    valid: isChineseResident,
  },
  {
    name: 'pii.kr_rrn',
    title: 'South Korean resident number',
    description: 'A birth date, a dash and seven digits of which the first tells century and sex.',
    category: 'pii',
    forms: [{ shapes: ['6-7'] }],
    valid: (digits) => isYymmdd(digits) && /^\d{6}[1-8]/.test(digits),
  },
  {
    name: 'pii.jp_my_number',
    title: 'Japanese individual number',
    description: 'Twelve digits with a right check digit after words such as My Number.',
    category: 'pii',
    forms: [
      { shapes: ['12', '4 4 4', '4-4-4'], after: 'my[ _]?number|individual number|マイナンバー|個人番号' },
    ],
    valid: (digits) => {
      const rest = weighted(digits, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11
      return (rest <= 1 ? 0 : 11 - rest) === Number(digits.charAt(11)) && !isUniform(digits)
    },
  },
  {
    name: 'pii.za_id',
    title: 'South African identity number',
    description:
      'Thirteen digits that begin with a birth date, with a right check digit (Luhn), after a word such as ID.',
    category: 'pii',
    forms: [
      {
        shapes: ['13', '6 4 2 1', '6 4 3'],
        after: 'id|identity(?: number| no)?|id[ _]?(?:number|no)|said|rsa',
      },
    ],
    valid: (digits) => isYymmdd(digits) && /^\d{10}[012]/.test(digits) && luhn(digits),
  },
]

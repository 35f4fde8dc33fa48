import { isUniform, luhn } from './checksums.js'
import { isDdmmyy } from './dates.js'
import type { NumberDetector } from './from-numbers.js'

/** The first two digits of a NIK: the provinces of Indonesia. */
const PROVINCES = /^(?:1[1-9]|21|3[1-6]|5[1-3]|6[1-5]|7[1-6]|8[12]|9[1-7])/

/** A NIK holds the birth date as day, month, year, with 40 added to the day for women. */
function isNik(digits: string): boolean {
  const day = Number(digits.slice(6, 8))
  const date = `${String(day > 40 ? day - 40 : day).padStart(2, '0')}${digits.slice(8, 12)}`
  return PROVINCES.test(digits) && isDdmmyy(date) && !digits.endsWith('0000')
}

const SAID_PHONE =
  'phone|telephone|telepon|telp|tel|mobile|handphone|hp|no hp|fax|whatsapp|wa|sms|(?:phone|contact)[ _]?(?:no|number|num)'

/** An Indonesian mobile number, or one of a town with its area code. */
const isIndonesianPhone = (digits: string): boolean =>
  /^(?:62|0)(?:8[1-9]\d{7,10}|[2-79]\d{7,9})$/.test(digits)

/** Numbers of Indonesia and Singapore. Those that also hold letters are among the codes. */
export const SOUTH_EAST_ASIA: readonly NumberDetector[] = [
  {
    name: 'pii.sg_phone',
    title: 'Singapore phone number',
    description: 'Eight digits that begin with 3, 6, 8 or 9, after +65 or a word such as phone or HP.',
    category: 'pii',
    forms: [
      {
        shapes: ['8', '4 4', '4-4', '2 8', '2-8', '2 4 4', '2-4-4', '4 4 4'],
        after: SAID_PHONE,
      },
    ],
    valid: (digits) => /^(?:(?:00)?65)?[3689]\d{7}$/.test(digits) && !isUniform(digits),
  },
  {
    name: 'pii.id_phone',
    title: 'Indonesian phone number',
    description:
      'A mobile number that begins with 08 or +62 8 and is written in groups, or any after a word such as HP or telepon.',
    category: 'pii',
    forms: [
      {
        shapes: ['4-4-3', '4-4-4', '4-4-5', '4 4 3', '4 4 4', '4 4 5'],
        valid: (digits) => /^08[1-9]/.test(digits),
      },
      {
        shapes: [
          '10',
          '11',
          '12',
          '13',
          '3-7',
          '3 7',
          '3-8',
          '3 8',
          '4.4.4',
          '2 3 4 4',
          '2-3-4-4',
          '4-7',
          '4-8',
        ],
        after: SAID_PHONE,
      },
    ],
    valid: isIndonesianPhone,
  },
  {
    name: 'pii.id_nik',
    title: 'Indonesian NIK',
    description: 'Sixteen digits with a province and a birth date in them, after a word such as NIK or KTP.',
    category: 'pii',
    forms: [
      {
        shapes: ['16', '6 6 4', '6-6-4', '4 4 4 4', '4-4-4-4', '4.4.4.4'],
        after: 'nik|ktp|e-ktp|nomor induk(?: kependudukan)?',
      },
    ],
    valid: isNik,
  },
  {
    name: 'pii.id_npwp',
    title: 'Indonesian NPWP',
    description:
      'Fifteen digits written 00.000.000.0-000.000, or fifteen or sixteen after the word NPWP (Luhn).',
    category: 'pii',
    forms: [
      { shapes: ['2.3.3.1-3.3'] },
      { shapes: ['15'], after: 'npwp' },
      {
        shapes: ['16'],
        after: 'npwp',
        valid: (digits) => (digits.startsWith('0') ? luhn(digits.slice(0, 10)) : isNik(digits)),
      },
    ],
    valid: (digits) => luhn(digits.slice(0, 9)) && !isUniform(digits),
  },
  {
    name: 'pii.id_kk',
    title: 'Indonesian family card number',
    description: 'Sixteen digits with a province and a date in them, after KK or kartu keluarga.',
    category: 'pii',
    forms: [{ shapes: ['16', '4 4 4 4', '6 6 4'], after: 'kk|kartu keluarga' }],
    valid: isNik,
  },
  {
    name: 'pii.id_bpjs',
    title: 'Indonesian BPJS number',
    description:
      'Thirteen digits of the health insurance, or eleven of the employment insurance, after BPJS.',
    category: 'pii',
    forms: [{ shapes: ['13', '11'], after: 'bpjs(?: kesehatan| ketenagakerjaan)?' }],
    valid: (digits) => !isUniform(digits),
  },
  {
    name: 'pii.id_bank_account',
    title: 'Indonesian bank account',
    description: 'Eight to sixteen digits after the word rekening.',
    category: 'pii',
    forms: [
      {
        shapes: [...Array.from({ length: 9 }, (_, index) => `${index + 8}`), '3-7', '4 4 4', '4-4-4'],
        after: 'rekening|norek|no[ .]rek',
      },
    ],
    valid: (digits) => !isUniform(digits),
  },
]

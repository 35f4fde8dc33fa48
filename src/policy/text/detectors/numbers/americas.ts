import { SAID_PASSPORT } from '../said-before.js'
import { isUniform, luhn, weighted } from './checksums.js'
import type { NumberDetector } from './from-numbers.js'

const SAID_SSN = 'ssn|social[ _.-]?security(?:[ _.-]?(?:number|no|num))?|socialsecuritynumber'
const SAID_PHONE =
  'phone|telephone|tel|mobile|cell|cellphone|handphone|fax|whatsapp|msisdn|sms|(?:phone|contact)[ _]?(?:no|number|num)|call (?:me|us|him|her|them)(?: at| on)?'

/** North American numbers: neither area nor exchange begins with 0 or 1, and an area such as 911 is a service. */
const isNorthAmerican = (digits: string): boolean => /^1?[2-9](?!11)\d\d[2-9]\d{6}$/.test(digits)

/** ABA's check of a routing number: weights 3, 7, 1. */
const isRoutingNumber = (digits: string): boolean =>
  weighted(digits, [3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 === 0 && !isUniform(digits)

/** One of the two check digits of CPF and CNPJ. */
const brazilianCheck = (digits: string, weights: readonly number[]): boolean =>
  ((weighted(digits, weights) * 10) % 11) % 10 === Number(digits.charAt(weights.length))

/** Weights 2, 3, 4, ... from the right, beginning anew after `last`. */
const risingWeights = (count: number, last: number): number[] =>
  Array.from({ length: count }, (_, index) => ((count - 1 - index) % (last - 1)) + 2)

/** Numbers of North and South America. */
export const AMERICAS: readonly NumberDetector[] = [
  {
    name: 'pii.ssn',
    title: 'US social security number',
    description:
      'Nine digits grouped 3-2-4, or plain after a word such as SSN; not the areas 000, 666 and 9xx.',
    category: 'pii',
    forms: [{ shapes: ['3-2-4', '3 2 4'] }, { shapes: ['9', '3.2.4'], after: SAID_SSN }],
    valid: (digits) => /^(?!000|666|9)\d{3}(?!00)\d\d(?!0000)\d{4}$/.test(digits),
  },
  {
    name: 'pii.phone',
    title: 'Phone number',
    description:
      'International numbers with +, North American ones, and any after a word such as phone or mobile.',
    category: 'pii',
    forms: [
      { shapes: ['3-3-4', '3.3.4', '1-3-3-4', '1.3.3.4', '1 3-3-4'] },
      {
        shapes: [
          '8',
          '9',
          '10',
          '11',
          '12',
          '3 3 4',
          '4 4',
          '4-4',
          '5 5',
          '5 6',
          '4 3 3',
          '4 3 4',
          '4 4 4',
          '4-4-3',
          '4-4-4',
          '3 6',
          '3 7',
          '3-7',
          '2 2 2 2 2',
        ],
        after: SAID_PHONE,
        valid: (digits) => !isUniform(digits),
      },
    ],
    valid: isNorthAmerican,
  },
  {
    name: 'pii.us_bank_account',
    title: 'US bank account or routing number',
    description:
      'A number after words such as account number, or a routing number (ABA check) after its name.',
    category: 'pii',
    forms: [
      {
        shapes: [...Array.from({ length: 10 }, (_, index) => `${index + 8}`), '4 4 4', '4-4-4'],
        after:
          '(?:account|acct)[ _.-]?(?:number|no|num|nr|#)|accountnumber|(?:bank|checking|savings)[ _-]?(?:account|acct)',
        valid: (digits) => !isUniform(digits),
      },
      { shapes: ['9'], after: '(?:routing|aba|rtn)(?:[ _.-]?(?:transit )?(?:number|no|num|nr|#))?' },
    ],
    valid: isRoutingNumber,
  },
  {
    name: 'pii.ca_sin',
    title: 'Canadian social insurance number',
    description:
      'Nine digits with a right check digit (Luhn), grouped by dashes or after a word such as SIN.',
    category: 'pii',
    forms: [
      { shapes: ['3-3-3'] },
      { shapes: ['9', '3 3 3'], after: 'sin|nas|social insurance(?: number| no)?' },
    ],
    valid: (digits) => /^[1-79]/.test(digits) && luhn(digits),
  },
  {
    name: 'pii.br_cpf',
    title: 'Brazilian CPF',
    description: 'Eleven digits with two right check digits, written 000.000.000-00 or after the word CPF.',
    category: 'pii',
    forms: [{ shapes: ['3.3.3-2'] }, { shapes: ['11'], after: 'cpf' }],
    valid: (digits) =>
      !isUniform(digits) &&
      brazilianCheck(digits, risingWeights(9, 11)) &&
      brazilianCheck(digits, risingWeights(10, 11)),
  },
  {
    name: 'pii.br_cnpj',
    title: 'Brazilian CNPJ',
    description:
      'Fourteen digits with two right check digits, written 00.000.000/0000-00 or after the word CNPJ.',
    category: 'pii',
    forms: [{ shapes: ['2.3.3/4-2'] }, { shapes: ['14'], after: 'cnpj' }],
    valid: (digits) =>
      !isUniform(digits) &&
      brazilianCheck(digits, risingWeights(12, 9)) &&
      brazilianCheck(digits, risingWeights(13, 9)),
  },
  {
    name: 'pii.passport',
    title: 'Passport number',
    description: 'Six to nine digits with letters before or around them, after the word passport.',
    category: 'pii',
    forms: [{ shapes: ['8', '9'], after: SAID_PASSPORT }],
    valid: (digits) => !isUniform(digits),
  },
]

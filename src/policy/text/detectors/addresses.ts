import { isIPv4, isIPv6 } from 'node:net'
import type { ClueDetector } from './from-clues.js'
import { mod97 } from './numbers/checksums.js'

/** The part before the `@` is looked at here; `icon@2x.png` is a picture, `git@host` a repository. */
const isMailAddress = (match: string, text: string, start: number): boolean => {
  const domain = match.slice(1).replace(/[.-]+$/, '')
  if (!/^(?:[0-9A-Za-z-]+\.)+[A-Za-z]{2,24}$/.test(domain)) return false
  if (/\.(?:png|jpe?g|gif|svg|webp|css|js|ts|json|html?)$/i.test(domain)) return false
  return (
    /[0-9A-Za-z_%+-]$/.test(text.charAt(start - 1)) && text.slice(Math.max(0, start - 3), start) !== 'git'
  )
}

/** The match is the middle of four numbers; they are an address unless they are a version, or one of no one's. */
const isAddress4 = (_match: string, text: string, start: number): boolean => {
  const from = Math.max(0, start - ADDRESS4_LENGTH)
  const before = /[\d.]*$/.exec(text.slice(from, start))![0]
  const after = /^[\d.]*\d/.exec(text.slice(start, start + ADDRESS4_LENGTH))![0]
  const [first, last] = [start - before.length, start + after.length]
  const address = text.slice(first, last)
  if (!isIPv4(address) || /^(?:0|127|255)\./.test(address)) return false
  if (/[\w-]/.test(text.charAt(first - 1)) || /[\w-]/.test(text.charAt(last))) return false
  return !/(?:\bv|version|release|build)["':=\s]*$/i.test(text.slice(Math.max(0, first - 16), first))
}

const ADDRESS4_LENGTH = 20

/** The match holds colons of the address; the rest is looked for here. */
const isAddress6 = (_match: string, text: string, start: number): boolean => {
  const before = /[0-9A-Fa-f:]*$/.exec(text.slice(Math.max(0, start - ADDRESS6_LENGTH), start))![0]
  const after = /^[0-9A-Fa-f:]*/.exec(text.slice(start, start + ADDRESS6_LENGTH))![0]
  const address = before + after
  if (/[\w.]/.test(text.charAt(start - before.length - 1)) || /\w/.test(text.charAt(start + after.length)))
    return false
  return address.split(':').length > 3 && isIPv6(address)
}

const ADDRESS6_LENGTH = 40

const isInternationalNumber = (match: string, text: string, start: number): boolean => {
  const digits = match.replace(/\D/g, '').length
  return (
    digits >= 8 &&
    digits <= 15 &&
    !/[\w+)]/.test(text.charAt(start - 1)) &&
    !/\w/.test(text.charAt(start + match.length))
  )
}

/** How long an IBAN is in each country. @see ISO 13616, SWIFT IBAN registry */
const IBAN_LENGTHS: ReadonlyMap<string, number> = new Map(
  Object.entries({
    15: 'NO',
    16: 'BE',
    18: 'DK FI FO GL NL SD',
    19: 'MK SI',
    20: 'AT BA EE KZ LT LU MN XK',
    21: 'CH HR LI LV',
    22: 'BG BH CR DE GB GE IE ME RS VA',
    23: 'AE GI IL IQ OM SO TL',
    24: 'AD CZ ES MD PK RO SA SE SK TN VG',
    25: 'LY PT ST',
    26: 'IS TR',
    27: 'BI DJ FR GR IT MC MR SM',
    28: 'AL AZ BY CY DO GT HU LB NI PL SV',
    29: 'BR EG PS QA UA',
    30: 'JO KW MU YE',
    31: 'MT SC',
    32: 'LC',
    33: 'RU',
  }).flatMap(([length, countries]) =>
    countries.split(' ').map((country) => [country, Number(length)] as const),
  ),
)

/** Cuts the match to the country's length, for a word may follow, and does the sum. */
const isIban = (match: string, text: string, start: number): boolean => {
  const length = IBAN_LENGTHS.get(match.slice(0, 2))
  if (length === undefined || /\w/.test(text.charAt(start - 1))) return false
  let iban = ''
  let at = start
  for (; iban.length < length; at++) {
    const character = text.charAt(at)
    if (/[0-9A-Z]/.test(character)) iban += character
    else if (character !== ' ' && character !== '-') return false
  }
  return !/[0-9A-Za-z]/.test(text.charAt(at)) && mod97(iban.slice(4) + iban.slice(0, 4)) === 1
}

/** After the word, small letters count too. */
const isNamedIban = (match: string, text: string, start: number): boolean => {
  const from = start + match.length - 4
  return isIban(match.slice(-4).toUpperCase(), ` ${text.slice(from, from + 48).toUpperCase()}`, 1)
}

/** Where people, machines and accounts are reached. */
export const ADDRESSES: readonly ClueDetector[] = [
  {
    name: 'pii.email',
    title: 'E-mail address',
    description: 'An address with a domain; not picture names such as icon@2x.png, nor git@host.',
    category: 'pii',
    clues: [{ pattern: '@[0-9A-Za-z][0-9A-Za-z.-]{2,250}', accept: isMailAddress }],
  },
  {
    name: 'pii.iban',
    title: 'IBAN',
    description:
      'An account number with its country’s length and right check digits (mod 97), spaced or not.',
    category: 'pii',
    clues: [
      { pattern: '[A-Z]{2}\\d{2}[ -]?(?:[0-9A-Z]{4}[ -]?){2}', accept: isIban },
      { pattern: '(?i)iban["\']?\\s?[:=]?\\s?["\']?[A-Z]{2}\\d{2}', accept: isNamedIban },
    ],
  },
  {
    name: 'pii.ip',
    title: 'IP address',
    description: 'An IPv4 or IPv6 address; not 0.x, 127.x, 255.x, ::1, nor what follows the word version.',
    category: 'pii',
    clues: [
      {
        pattern: '\\d\\.\\d{1,3}\\.\\d{1,3}\\.\\d',
        accept: isAddress4,
      },
      { pattern: '::', accept: isAddress6 },
      { pattern: '(?::[0-9A-Fa-f]{1,4}){3}:', accept: isAddress6 },
    ],
  },
  {
    name: 'pii.phone',
    title: 'Phone number',
    description:
      'International numbers with +, North American ones, and any after a word such as phone or mobile.',
    category: 'pii',
    clues: [
      { pattern: '\\+[1-9][\\d .()-]{6,22}\\d', accept: isInternationalNumber },
      '(?:^|[^\\w)])\\([2-9]\\d\\d\\) ?[2-9]\\d\\d[ .-]\\d{4}\\b',
    ],
  },
]

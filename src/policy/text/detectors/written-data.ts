import { isDni, isNric } from './codes/check-letters.js'
import type { ClueDetector } from './from-clues.js'
import { BETWEEN } from './said-before.js'

const DAY = '(?:0?[1-9]|[12]\\d|3[01])'
const MONTH = '(?:0?[1-9]|1[0-2])'
const YEAR = '(?:19|20)\\d\\d'
const NAME = '(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\\.?'
const TH = '(?:st|nd|rd|th)?'

/** A date in figures, or with the month's name. */
const DATE_SOON = new RegExp(
  `^${BETWEEN}(?:${[
    `${YEAR}[-/.]?${MONTH}[-/.]?${DAY}`,
    `${DAY}[-/. ]${MONTH}[-/. ](?:${YEAR}|\\d\\d\\b)`,
    `${MONTH}[-/.]${DAY}[-/.](?:${YEAR}|\\d\\d\\b)`,
    `${DAY}${TH}(?: of)?[ .-]{1,2}${NAME},?[ .-]${YEAR}`,
    `${NAME} ${DAY}${TH},? ${YEAR}`,
  ].join('|')})`,
  'i',
)

const isFollowedByDate = (match: string, text: string, start: number): boolean => {
  const end = start + match.length
  return !/[A-Za-z]/.test(text.charAt(start - 1)) && DATE_SOON.test(text.slice(end, end + 64))
}

/** Six capital letters and digits soon after what names a booking; a word in capitals is none. */
const BOOKING_SOON =
  /^(?:[ _-]?(?:reference|ref|number|no|code|id|locator))?(?:\s?\(\w{1,8}\))?["')\]]{0,2}(?:\n|\s{0,2}[:=#]\s{0,2}|\sis\s|\s)["']?([A-Z0-9]{6})(?![\w-])/
const CAPITAL_WORDS =
  /^(?:NUMBER|STATUS|FORMAT|SEARCH|LOOKUP|UPDATE|CHANGE|CANCEL|EXISTS|FIELDS?|RECORD|SYSTEM|STRING|OBJECT|PLEASE|ERRORS?|\d{6})$/

const isFollowedByBooking = (match: string, text: string, start: number): boolean => {
  const end = start + match.length
  const code = BOOKING_SOON.exec(text.slice(end, end + 48))?.[1]
  return code !== undefined && !CAPITAL_WORDS.test(code) && !/[A-Za-z]/.test(text.charAt(start - 1))
}

/** Six digits of a Singapore sector (01 to 82, no 74) before an end, not before what they count. */
const SG_POSTAL_SOON =
  /^["')]?\s?[:=(]?\s?["']?((?:0[1-9]|[1-6]\d|7[0-35-9]|8[0-2])\d{4})(?:$|[\s"'),.;]*(?:$|\n)|["'),.;])/

const isSingaporePostalCode = (match: string, text: string, start: number): boolean => {
  const end = start + match.length
  if (/\w/.test(text.charAt(start - 1)) || !SG_POSTAL_SOON.test(text.slice(end, end + 24))) return false
  if (!/code$/i.test(match)) return true
  // Other countries have codes of six digits too.
  return /\bsingapore\b|\bSG\b/i.test(text.slice(Math.max(0, start - 200), end + 200))
}

/** Personal data that is told by how it is written out. */
export const WRITTEN_DATA: readonly ClueDetector[] = [
  {
    name: 'pii.date_of_birth',
    title: 'Date of birth',
    description:
      'A date, in figures or with the month’s name, after words such as born, DOB or date of birth.',
    category: 'pii',
    clues: [
      {
        pattern:
          '(?i)(?:dob|d\\.o\\.b|date[ _-]?of[ _-]?birth|birth[ _-]?(?:date|day)|born|geboren|geburtsdatum|date de naissance|née? le|fecha de nacimiento|(?:tanggal|tgl\\.?) lahir)',
        accept: isFollowedByDate,
      },
    ],
  },
  {
    name: 'pii.uk_nino',
    title: 'UK national insurance number',
    description: 'Two letters that are given out, six digits and a letter from A to D, spaced or not.',
    category: 'pii',
    clues: ['\\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] \\d\\d \\d\\d \\d\\d [A-D]\\b'],
  },
  {
    name: 'pii.es_dni',
    title: 'Spanish DNI or NIE',
    description: 'Eight digits, or X, Y or Z and seven, and a right check letter.',
    category: 'pii',
    clues: [
      {
        pattern: '\\b(?:\\d{8}|[XYZ]-?\\d{7})-[A-Z]\\b',
        accept: (match) => isDni(match.replaceAll('-', '')),
      },
    ],
  },
  {
    name: 'pii.booking_reference',
    title: 'Booking reference',
    description:
      'Six capital letters and digits after words such as PNR, record locator or booking reference; not digits alone.',
    category: 'pii',
    byNameOnly: true,
    clues: [
      {
        pattern:
          '(?i)(?:pnr|record[ _-]?locator|(?:booking|reservation|confirmation)[ _-]?(?:reference|ref|code|number|no|id|locator))',
        accept: isFollowedByBooking,
      },
    ],
  },
  {
    name: 'pii.sg_postal_code',
    title: 'Singapore postal code',
    description:
      'Six digits of a postal sector after Singapore or in S(...), or after the words postal code where Singapore is named.',
    category: 'pii',
    byNameOnly: true,
    clues: [
      {
        pattern: '(?i)(?:singapore|post(?:al)?[ _-]?code)["\')]?\\s?[:=(]?\\s?["\']?\\d',
        accept: (match, text, start) =>
          isSingaporePostalCode(/^[a-z]+(?:[ _-]?code)?/i.exec(match)![0], text, start),
      },
      {
        pattern: '\\bS ?\\(\\d{6}\\)',
        accept: (_match, text, start) => isSingaporePostalCode('S', text, start),
      },
    ],
  },
  {
    name: 'pii.sg_phone',
    title: 'Singapore phone number',
    description: 'Eight digits that begin with 3, 6, 8 or 9, after +65 or a word such as phone or HP.',
    category: 'pii',
    clues: ['(?:(?:^|[^\\w])\\+|\\b00|\\(\\+?)65\\)?[ -]?[3689]\\d{3}[ -]?\\d{4}\\b'],
  },
  {
    name: 'pii.id_phone',
    title: 'Indonesian phone number',
    description:
      'A mobile number that begins with 08 or +62 8 and is written in groups, or any after a word such as HP or telepon.',
    category: 'pii',
    clues: ['(?:(?:^|[^\\w])\\+|\\b00|\\(\\+?)62\\)?[ -]?8[1-9]\\d[ -]?\\d{3,4}[ -]?\\d{3,5}\\b'],
  },
  {
    name: 'pii.sg_nric',
    title: 'Singapore NRIC or FIN',
    description:
      'A letter of the series, seven digits and a right check letter; in small letters after its name.',
    category: 'pii',
    clues: [
      {
        pattern: '(?i)\\b(?:nric|fin)(?:[ _-]?(?:no|number))?["\']?[\\s:=#]{1,3}["\']?[stfgm]\\d{7}[a-z]\\b',
        accept: (match) => isNric(match.slice(-9).toUpperCase()),
      },
    ],
  },
]

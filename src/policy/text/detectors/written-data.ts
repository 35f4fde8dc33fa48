import { isDni } from './codes/check-letters.js'
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
        pattern: '(?i)(?:dob|d\\.o\\.b|date[ _-]?of[ _-]?birth|birth[ _-]?(?:date|day)|born)',
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
]

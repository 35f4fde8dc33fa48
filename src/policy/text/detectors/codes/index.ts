import { isYymmdd } from '../numbers/dates.js'
import { SAID_PASSPORT } from '../said-before.js'
import { isChineseResident, isCodiceFiscale, isCurp, isDni, isNir, isNric, isUen } from './check-letters.js'
import { type CodeDetector, fromCodes } from './from-codes.js'

const anyCode = (): boolean => true

/** Codes that hold letters and digits without a gap. */
const TABLE: readonly CodeDetector[] = [
  {
    name: 'pii.sg_nric',
    title: 'Singapore NRIC or FIN',
    description:
      'A letter of the series, seven digits and a right check letter; in small letters after its name.',
    category: 'pii',
    shape: /^[STFGM]\d{7}[A-Z]$/,
    valid: isNric,
  },
  {
    name: 'pii.sg_uen',
    title: 'Singapore unique entity number',
    description: 'The number of a business, company or other entity, with a right check letter.',
    category: 'pii',
    shape: /^(?:\d{8}|(?:18|19|20)\d{7}|[RST]\d\d[A-Z]{2}\d{4})[A-Z]$/,
    valid: isUen,
  },
  {
    name: 'pii.in_pan',
    title: 'Indian permanent account number',
    description: 'Five letters of which the fourth is a kind of holder, four digits and a letter.',
    category: 'pii',
    shape: /^[A-Z]{3}[ABCFGHJKLPT][A-Z](?!0000)\d{4}[A-Z]$/,
    valid: anyCode,
  },
  {
    name: 'pii.uk_nino',
    title: 'UK national insurance number',
    description: 'Two letters that are given out, six digits and a letter from A to D, spaced or not.',
    category: 'pii',
    shape: /^(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]$/,
    valid: anyCode,
  },
  {
    name: 'pii.es_dni',
    title: 'Spanish DNI or NIE',
    description: 'Eight digits, or X, Y or Z and seven, and a right check letter.',
    category: 'pii',
    shape: /^[XYZ\d]\d{7}[A-Z]$/,
    valid: isDni,
  },
  {
    name: 'pii.it_codice_fiscale',
    title: 'Italian tax code',
    description: 'Sixteen letters and digits of name, birth and place, with a right check letter.',
    category: 'pii',
    shape: /^[A-Z]{6}[\dLMNP-V]{2}[A-EHLMPRST][\dLMNP-V]{2}[A-Z][\dLMNP-V]{3}[A-Z]$/,
    valid: isCodiceFiscale,
  },
  {
    name: 'pii.fr_nir',
    title: 'French social security number',
    description: 'Sex, birth and place in thirteen characters, and a right key (97 less the rest by 97).',
    category: 'pii',
    shape: /^[12]\d{4}2[AB]\d{8}$/,
    valid: isNir,
  },
  {
    name: 'pii.mx_curp',
    title: 'Mexican CURP',
    description: 'Eighteen letters and digits of name, birth, sex and state, with a right check digit.',
    category: 'pii',
    shape: /^[A-Z][AEIOUX][A-Z]{2}\d{6}[HMX][A-Z]{2}[B-DF-HJ-NP-TV-Z]{3}[A-Z\d]\d$/,
    valid: (code) => isYymmdd(code.slice(4, 10)) && isCurp(code),
  },
  {
    name: 'pii.cn_resident_id',
    title: 'Chinese resident identity number',
    description:
      'Seventeen digits with a birth date in them and a right check digit or X (ISO 7064 MOD 11-2).',
    category: 'pii',
    shape: /^\d{17}X$/,
    valid: isChineseResident,
  },
  {
    name: 'pii.passport',
    title: 'Passport number',
    description: 'Six to nine digits with letters before or around them, after the word passport.',
    category: 'pii',
    shape: /^(?:[A-Z]{1,3}\d{6,9}[A-Z]?|\d\d[A-Z]{2}\d{5})$/,
    valid: anyCode,
    after: SAID_PASSPORT,
  },
]

/** Detectors of codes, which walk over a text's codes together, once. */
export const CODES = fromCodes(TABLE)

import fc from 'fast-check'

/** Characters that trip engines: both cases, the letters with a case outside ASCII, pairs, newlines, word edges. */
const CHARACTERS = [
  'a',
  'b',
  'k',
  's',
  'A',
  'K',
  'S',
  '0',
  '7',
  '_',
  ' ',
  '-',
  '\n',
  '\r',
  '\u2028',
  'é',
  'É',
]
const WIDE = [
  '\u212a',
  '\u017f',
  'ß',
  '\u03c3',
  '\u03c2',
  '\u03a3',
  '😀',
  '😁',
  '𝒳',
  '𐐀',
  '𐐨',
  '\ufffd',
  '\u{10ffff}',
]

/** Texts over those characters, now and then with half of one. */
export const text = fc
  .array(
    fc.oneof(
      { weight: 12, arbitrary: fc.constantFrom(...CHARACTERS) },
      { weight: 5, arbitrary: fc.constantFrom(...WIDE) },
      { weight: 1, arbitrary: fc.constantFrom('\ud83d', '\ude00') },
    ),
    { maxLength: 24 },
  )
  .map((characters) => characters.join(''))

const literal = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('a', 'b', 'k', 's', 'S', 'K', '0', '7', '_', ' ', '-', 'é', 'É') },
  { weight: 2, arbitrary: fc.constantFrom(...WIDE) },
  {
    weight: 2,
    arbitrary: fc.constantFrom('\\.', '\\n', '\\x41', '\\x{1F600}', '\\141', '\\Qa*b\\E', '\\-', '\\x{D83D}'),
  },
)

const namedClass = fc.constantFrom(
  '\\d',
  '\\D',
  '\\s',
  '\\S',
  '\\w',
  '\\W',
  '\\pL',
  '\\PL',
  '\\p{Greek}',
  '\\p{^Lu}',
)
const posixClass = fc.constantFrom(
  '[:alpha:]',
  '[:^alpha:]',
  '[:upper:]',
  '[:punct:]',
  '[:word:]',
  '[:space:]',
)
const range = fc.constantFrom(
  'a-k',
  '0-9',
  'A-Z',
  'a-z',
  's-z',
  '\\x{80}-\\x{10FFFF}',
  'é-ü',
  '😀-😁',
  '\\t-\\r',
  ' -~',
)

const bracketClass = fc
  .tuple(
    fc.constantFrom('', '', '^'),
    fc.array(
      fc.oneof(
        literal.filter((l) => !l.startsWith('\\Q')),
        namedClass,
        posixClass,
        range,
      ),
      {
        minLength: 1,
        maxLength: 3,
      },
    ),
  )
  .map(([not, members]) => `[${not}${members.map((m) => (m === '-' ? '\\-' : m)).join('')}]`)

const place = fc.constantFrom('^', '$', '\\b', '\\B', '\\A', '\\z')
const times = fc.constantFrom(
  '*',
  '+',
  '?',
  '*?',
  '+?',
  '??',
  '{2}',
  '{0,2}',
  '{1,}',
  '{2,3}?',
  '{0}',
  '{17}',
  '{0,40}',
  '{3,35}',
)
const flags = fc.constantFrom('(?i)', '(?s)', '(?m)', '(?im)', '(?-i)', '(?sU)')
const opening = fc.constantFrom('(', '(?:', '(?i:', '(?s-i:', '(?m:', '(?-s:')

/** Patterns of RE2 syntax, most of them valid. */
export const pattern = fc
  .letrec<{ piece: string; sequence: string; alternatives: string }>((tie) => ({
    piece: fc.oneof(
      { maxDepth: 4, depthIdentifier: 'piece' },
      { weight: 6, arbitrary: literal },
      { weight: 2, arbitrary: namedClass },
      { weight: 2, arbitrary: bracketClass },
      { weight: 2, arbitrary: fc.constant('.') },
      { weight: 1, arbitrary: place },
      { weight: 1, arbitrary: flags },
      {
        weight: 3,
        arbitrary: fc.tuple(opening, tie('alternatives')).map(([open, inside]) => `${open}${inside})`),
      },
    ),
    sequence: fc
      .array(fc.tuple(tie('piece'), fc.option(times, { nil: '', freq: 2 })), { maxLength: 4 })
      .map((pieces) => pieces.map(([piece, repeat]) => piece + repeat).join('')),
    alternatives: fc
      .array(tie('sequence'), { minLength: 1, maxLength: 3 })
      .map((options) => options.join('|')),
  }))
  .alternatives.map((source) => source)

/** Any text made of the signs that mean something in a pattern: mostly refused. */
export const scribble = fc
  .array(
    fc.constantFrom(
      ...[
        'a',
        'b',
        '1',
        '(',
        ')',
        '[',
        ']',
        '{',
        '}',
        '^',
        '$',
        '|',
        '*',
        '+',
        '?',
        '.',
        '-',
        ',',
        ':',
        '\\',
        '<',
        '>',
      ],
      ...[
        'P',
        'p',
        'Q',
        'E',
        'x',
        'd',
        'W',
        'i',
        's',
        'm',
        'U',
        '=',
        '!',
        '😀',
        '[:alpha:]',
        '{2}',
        '{1,3}',
        '(?',
        '\\p{Greek}',
      ],
    ),
    { maxLength: 12 },
  )
  .map((signs) => signs.join(''))

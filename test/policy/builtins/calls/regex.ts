import fc from 'fast-check'
import { type Calls, generated, mostly, type Suite } from '../differential.js'

const atom = fc.constantFrom(
  ...[
    'a',
    'b',
    'é',
    '\u{1f600}',
    '.',
    'x',
    ' ',
    '[ab]',
    '[^a]',
    '[[:alpha:]]',
    '(?i:A)',
    '\\Qa.b\\E',
    '\\x{1F600}',
  ],
  ...['\\d', '\\w', '\\s', '\\b', '^', '$', '\\A', '\\z', '\\pL', '\\p{Greek}'],
)
// What RE2 refuses, or Perl and JavaScript read otherwise.
const odd = fc.constantFrom(
  ...[
    '(?=a)',
    '(?<=a)',
    '(?!b)',
    '\\1',
    '\\8',
    '\\Z',
    '\\C',
    '\\G',
    '\\h',
    '\\R',
    '\\p{Nope}',
    '(?P=n)',
    '[b-a]',
  ],
  ...['[', '(', ')', '*', '{', '}', '|', 'a**', 'a{,2}', 'a{2,1}', 'a{1001}', '(?<n>a', '(?P<n>'],
)
const times = fc.constantFrom('', '', '', '', '*', '+', '?', '*?', '+?', '??', '{2}', '{1,2}', '{0}')
const quantified = fc.tuple(fc.oneof({ weight: 15, arbitrary: atom }, odd), times).map((x) => x.join(''))
const sequence = fc.array(quantified, { maxLength: 4 }).map((x) => x.join(''))
const pattern = fc.oneof(
  sequence,
  fc.tuple(sequence, sequence).map(([a, b]) => `(${a})|${b}`),
  fc.tuple(sequence, sequence).map(([a, b]) => `(?P<first>${a})(?<second>${b})`),
  fc.tuple(fc.constantFrom('(?s)', '(?m)', '(?U)', '(?i)', '(?x)'), sequence).map((x) => x.join('')),
)
const text = fc.string({ unit: fc.constantFrom(...'abAé\u{1f600} \n1x.'), maxLength: 10 })
// biome-ignore-start lint/suspicious/noTemplateCurlyInString: these are Go's templates
const reference = fc.constantFrom(
  ...[
    '$',
    '$1',
    '${1}',
    '$0',
    '$2x',
    '${2}x',
    '$first',
    '${first}',
    '$second!',
    '$$',
    '${',
    '${}',
    '$1x',
    '$01',
  ],
  ...['z', '$é', '\\1', '$3', '${first '],
)
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: as above
const replacement = fc.array(reference, { maxLength: 4 }).map((x) => x.join(''))

const patterns: Calls = {
  'regex.match(c[0], c[1])': generated(1500, mostly(pattern), mostly(text)),
  'regex.find_all_string_submatch_n(c[0], c[1], c[2])': generated(
    800,
    pattern,
    text,
    mostly(fc.integer({ min: -1, max: 3 })),
  ),
  'regex.replace(c[0], c[1], c[2])': generated(1500, text, mostly(pattern), replacement),
  'regex.find_n(c[0], c[1], c[2])': generated(800, pattern, text, mostly(fc.integer({ min: -1, max: 3 }))),
  'regex.split(c[0], c[1])': generated(800, pattern, mostly(text)),
}

const template = fc
  .tuple(text, fc.constantFrom('{', '<'), sequence, fc.constantFrom('}', '>'), text)
  .map((x) => x.join(''))
const delimiter = fc.constantFrom('{', '}', '<', '>', '(', ')', 'é', '', '{{')
const templates: Calls = {
  'regex.template_match(c[0], c[1], "{", "}")': [
    ...[
      ['urn:foo:{.*}', 'urn:foo:bar'],
      ['urn:foo:{.*}', 'x'],
      ['a{b{2}}', 'abb'],
      ['a.{b}', 'axb'],
    ],
    ...[
      ['{{}}', ''],
      ['}{', ''],
      ['{a|b}c', 'bc'],
      ['{(}{)}', ''],
    ],
    ...generated(500, template, text),
  ],
  'regex.template_match(c[0], c[1], c[2], c[3])': generated(300, template, text, delimiter, delimiter),
}

export const regexCalls: Suite = {
  'patterns match, split and replace as in Go': patterns,
  'templates match between delimiters': templates,
}

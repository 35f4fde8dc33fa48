import fc from 'fast-check'
import { awkwardText, type Calls, generated, mostly, type Suite } from '../differential.js'

const joined = (maxLength: number, ...units: string[]) =>
  fc.array(fc.constantFrom(...units), { maxLength }).map((x) => x.join(''))
const escaped = joined(
  6,
  ...[
    'a',
    'B',
    '%20',
    '%41',
    '%C3%A9',
    '%c3%a9',
    '%2F',
    '+',
    '/',
    '?',
    '#',
    '&',
    '=',
    ';',
    ':',
    '@',
    'é',
    ' ',
    '~',
    '*',
  ],
)
const badlyEscaped = fc.tuple(escaped, fc.constantFrom('%zz', '% ', '%2'), escaped).map((x) => x.join(''))
const maybeEscaped = fc.oneof({ weight: 6, arbitrary: escaped }, badlyEscaped)
const query = joined(8, 'a', 'b', '&', '&', '=', '=', 'a=1', '%41', '+', 'é', '%C3%A9')
const badQuery = joined(8, 'a', '&', '=', ';', '%x')

const optional = (...all: string[]) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant('') }, fc.constantFrom(...all))
const host = fc.oneof(
  fc.constantFrom(
    '',
    'example.com',
    'EXAMPLE.com',
    '127.0.0.1',
    '[::1]',
    '[::ffff:1.2.3.4]',
    'h%C3%A9',
    'é.com',
  ),
  fc.constantFrom(
    ...[
      '[1.2.3.4]',
      '[fe80::1%25en0]',
      '[fe80::1%25]',
      '[fe80::1%en0]',
      '[::1',
      'a[b]',
      'h%41st',
      'ex ample',
    ],
    ...['ex"a', 'a<b', '[fe80::1%25e%20n]', '[fe80::1%25e%2Fn]', 'a:b', '[v1.a]', '[]', '[::1%2525a]'],
  ),
)
const uri = fc
  .tuple(
    ...[optional('http:', 'https:', 'HTTP:', 'mailto:', '1a:', ':', 'a+b-c.d:', 'é:', 'data:', 'a_b:')],
    ...[
      fc.constantFrom('', '/', '//', '//', '//', '///'),
      optional('u@', 'u:p@', 'u@v@', 'u%20:p%zz@', 'u v@', ':@'),
    ],
    ...[host, optional(':80', ':', ':x', ':80:90', ':-1')],
    ...[
      fc.oneof(
        fc.constant(''),
        maybeEscaped,
        maybeEscaped.map((x) => `/${x}`),
      ),
    ],
    ...[
      fc.oneof(
        fc.constant(''),
        query.map((x) => `?${x}`),
      ),
    ],
    ...[
      fc.oneof(
        fc.constant(''),
        maybeEscaped.map((x) => `#${x}`),
      ),
    ],
  )
  .map((x) => x.join(''))

const odd = [
  '*',
  '',
  '/a b',
  '/a%20b',
  'a\x01',
  '#\x01',
  '?',
  'http://a?b?c',
  '/a?',
  'mailto:a@b',
  'a:b/c',
  './a:b',
]
const uris: Calls = {
  'uri.parse(c[0])': [...odd.map((text) => [text]), ...generated(2000, mostly(uri))],
  'uri.is_valid(c[0])': generated(300, mostly(uri)),
}

const value = mostly(fc.oneof(awkwardText(), fc.array(awkwardText(3), { maxLength: 3 })))
const queries: Calls = {
  'urlquery.encode(c[0])': generated(200, mostly(fc.oneof(awkwardText(), escaped))),
  'urlquery.decode(c[0])': generated(300, mostly(maybeEscaped)),
  'urlquery.encode_object(c[0])': generated(300, mostly(fc.dictionary(awkwardText(3), value))),
  'urlquery.encode_object({"k": {x | some x in c[0]}})': generated(100, fc.array(mostly(awkwardText(3)))),
  'urlquery.decode_object(c[0])': [...generated(300, mostly(query)), ...generated(100, badQuery)],
}

const hex = fc.oneof(
  fc.string({ unit: fc.constantFrom('4', '6', '7', 'g'), maxLength: 6 }),
  awkwardText().map((text) => Buffer.from(text).toString('hex')),
  // None that is a byte beyond ASCII: such a string is not returned.
  awkwardText(2).filter((text) => !/^[89a-f]/i.test(text)),
)
const encodings: Calls = {
  'hex.encode(c[0])': generated(100, mostly(awkwardText())),
  'hex.decode(c[0])': generated(300, mostly(hex)),
  'base64url.encode_no_pad(c[0])': generated(100, mostly(awkwardText())),
}

const text = mostly(awkwardText())
const few = mostly(fc.constantFrom('a', 'b', 'ab', 'é'))
const digests: Calls = {
  'crypto.md5(c[0])': generated(40, text),
  'crypto.sha1(c[0])': generated(40, text),
  'crypto.sha256(c[0])': generated(40, text),
  'crypto.hmac.md5(c[0], c[1])': generated(40, text, text),
  'crypto.hmac.sha1(c[0], c[1])': generated(40, text, text),
  'crypto.hmac.sha256(c[0], c[1])': generated(40, text, awkwardText(300)),
  'crypto.hmac.sha512(c[0], c[1])': generated(40, text, text),
  'crypto.hmac.equal(c[0], c[1])': generated(100, few, few),
}

const binary = [['/w=='], ['4oI='], ['8J+Y'], ['gIGCw6k='], ['7aCA'], ['aGk=']]
const bytes: Calls = {
  'crypto.sha256(base64.decode(c[0]))': binary,
  'crypto.hmac.sha256("x", base64.decode(c[0]))': binary,
  'hex.encode(base64.decode(c[0]))': binary,
  'base64url.encode_no_pad(base64.decode(c[0]))': binary,
  'sprintf("%x %q", [base64.decode(c[0]), base64.decode(c[0])])': binary,
}

export const webCalls: Suite = {
  'URIs are taken apart as in Go': uris,
  'query strings are read and written as in Go': queries,
  'hexadecimal and base64url are read and written': encodings,
  'digests and codes are those of OPA': digests,
  'bytes that are no text are digested, keyed with and shown as they are': bytes,
}

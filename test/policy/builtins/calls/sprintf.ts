import fc from 'fast-check'
import { awkwardText, type Calls, generated, type Suite } from '../differential.js'

const flags = fc.stringMatching(/^[-+# 0]{0,3}$/)
const width = fc.oneof(fc.constant(''), fc.stringMatching(/^(1?\d|\*|\[\d\]|\[\d\]\*)$/))
const precision = fc.oneof(fc.constant(''), fc.stringMatching(/^\.(\d{0,2}|\*|\[\d\]\*?)$/))
const verb = fc.constantFrom(...'vvvdddsssqxXoObcUeEfFgGtT%', 'é', '!', '[1]d')
const directive = fc.tuple(flags, width, precision, verb).map(([f, w, p, v]) => `%${f}${w}${p}${v}`)
/** Formats of `sprintf`, right and wrong. */
export const format = fc
  .array(fc.oneof({ weight: 3, arbitrary: directive }, fc.constantFrom('text ', '%%', 'é', '%', '[')), {
    maxLength: 4,
  })
  .map((parts) => parts.join(''))

const number = fc.oneof(
  fc.integer({ min: -1000, max: 1000 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.double({ min: -1000, max: 1000, noNaN: true }),
  fc.constantFrom(65, 0xe9, 0x1f600, 0xd800, 0x110000, 10, 2 ** 53, -(2 ** 60), 123456789),
  fc.constantFrom(0.5, 1.5, 2.5, 0.000001, 1e20, 1e21, 1e-7, 100, 1e300),
)
const value = fc.oneof(
  { weight: 4, arbitrary: number },
  { weight: 4, arbitrary: awkwardText() },
  { weight: 1, arbitrary: fc.dictionary(awkwardText(2), number) },
  fc.jsonValue({ maxDepth: 2 }),
)

const formats: Calls = {
  'sprintf(c[0], c[1])': generated(2000, format, fc.array(value, { maxLength: 3 })),
}

const spellings: Calls = {
  'sprintf(c[0], [1.0, 1e3, 0.10, 12345678901234567890, 1e400])': generated(200, format),
  'sprintf(c[0], [{3, "a", {"k": {1.0}}, null}, set(), {1: {[2]: true}}])': generated(100, format),
}

export const sprintfCalls: Suite = {
  'sprintf formats as OPA does': formats,
  'sprintf shows the spelling of numbers, and what JSON has no word for': spellings,
}

/** What a body's sketch does not hold, no text of the body holds: in however many ways the body may be written. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { textOf, wholeText } from '#src/policy/language/fact.js'
import { bodyHolds, sketchBody } from '#src/policy/text/body-sketch.js'
import { containsTest, regexTest, type TextTest } from '#src/policy/text/text-test.js'
import { TextView } from '#src/policy/text/text-view.js'

const signs = [
  'a',
  'B',
  'k',
  '\u212a',
  's',
  '\u017f',
  'İ',
  'é',
  'ß',
  '漢',
  '😀',
  '"',
  '\\',
  '/',
  '\n',
  '\t',
  '\b',
  '-',
  '_',
  ' ',
  '0',
  '7',
  'e',
  'ud',
]
const text = fc.oneof(
  fc.string({ unit: fc.constantFrom(...signs), maxLength: 24 }),
  fc.string({ unit: 'binary', maxLength: 12 }),
)
const number = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(1000, 1e21, 1e-7, 0.5),
)
const { input } = fc.letrec<{ value: unknown; input: Record<string, unknown> }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    text,
    number,
    fc.constantFrom(true, null),
    fc.array(tie('value'), { maxLength: 3 }),
    tie('input'),
  ),
  input: fc.dictionary(text, tie('value'), { maxKeys: 4, noNullPrototype: true }),
}))

/** The same JSON as other writers write it. */
const writers: readonly ((body: unknown) => string)[] = [
  (body) => JSON.stringify(body),
  (body) => JSON.stringify(body, null, 2),
  // All but ASCII escaped, as Python's writer does unless told otherwise, and slashes as PHP's.
  (body) =>
    JSON.stringify(body)
      .replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .replaceAll('/', '\\/'),
  // Letters escaped too, in upper case digits; what is an escape already stays.
  (body) =>
    JSON.stringify(body).replace(/\\(?:u[0-9a-f]{4}|.)|[aks]/g, (run) =>
      run.length > 1 ? run : `\\u${run.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`,
    ),
  (body) => JSON.stringify(body).replace(/(?<=[:[,])\d+(?=[,}\]])/g, (digits) => `${digits}.0e0`),
]

/** Tests that may hold of a text, made of a part of it. */
function testsOf(part: string): TextTest[] {
  const quoted = part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  const compiled = [quoted, `(?i)${quoted}`, `${quoted}|${quoted}x`].map((source) => regexTest(source))
  return [containsTest(part), ...compiled.flatMap((each) => (each.ok ? [each.test] : []))]
}

function strings(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(strings) : []
}

describe('the sketch of a body', () => {
  it('holds what every test asks for that holds of a text in the body', () => {
    let asked = 0
    fc.assert(
      fc.property(
        input,
        input,
        fc.nat(),
        fc.integer({ min: 1, max: 12 }),
        fc.nat(writers.length - 1),
        (step_input, tool_input, from, length, writer) => {
          const written = writers[writer]!({ step_input, tool_context: { tool_name: 'x', tool_input } })
          // What the gate reads is what the writer wrote.
          const read = JSON.parse(written) as { step_input: object; tool_context: { tool_input: object } }
          expect(textOf(read.step_input)).toBe(textOf(JSON.parse(JSON.stringify(step_input))))
          const whole = wholeText({ step_input: read.step_input, tool_input: read.tool_context.tool_input })
          for (const over of [whole, ...strings(read)]) {
            const start = over.length === 0 ? 0 : from % over.length
            for (const test of testsOf(over.slice(start, start + length))) {
              if (!test.test(new TextView(over))) continue
              const sketch = sketchBody(Buffer.from(written))!
              asked += test.inBody.length
              expect(test.inBody.filter((trigram) => !bodyHolds(sketch, trigram))).toEqual([])
            }
          }
        },
      ),
      { numRuns: 2000 },
    )
    expect(asked).toBeGreaterThan(2000)
  })

  it('lacks what is not there', () => {
    const sketch = sketchBody(Buffer.from('{"step_input":{"prompt":"the quick brown fox"}}'))!
    const lacking = ['zebra', 'secret-vault', 'payroll'].map((needle) => containsTest(needle).inBody)
    expect(lacking.every((trigrams) => trigrams.some((trigram) => !bodyHolds(sketch, trigram)))).toBe(true)
    expect(containsTest('QUICK').inBody.every((trigram) => bodyHolds(sketch, trigram))).toBe(true)
  })

  it('is asked for no digits and no white space: numbers and line breaks are written in other ways', () => {
    for (const needle of ['1000', '10\n20', 'a\nb', ' 7 ', 'it is'])
      expect(containsTest(needle).inBody).toEqual([])
    expect(containsTest('case-17').inBody.length).toBeGreaterThan(0)
  })

  it('is not made of what is longer than 64 KiB', () => {
    expect(sketchBody(Buffer.alloc(64 * 1024, 0x20))).toBeDefined()
    expect(sketchBody(Buffer.alloc(64 * 1024 + 1, 0x20))).toBeUndefined()
  })
})

import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { durationMs } from '#src/policy/language/duration.js'
import { computeFact, factName, namedFact, textOf } from '#src/policy/language/fact.js'
import { fieldText, parseFieldPath, valuesAt } from '#src/policy/language/field-path.js'
import { nearestOf } from '#src/policy/language/nearest.js'
import { parseReason } from '#src/policy/language/reason-template.js'
import type { FactTest, FieldPath } from '#src/policy/policy.js'
import { openToolchain } from '#src/policy/toolchain/toolchain.js'
import { factsFor, judgeAll, policyWith, readYaml, sourcesOf } from './reading.js'

const toolchain = openToolchain()
afterAll(() => toolchain.close())

const any = { any: true } as const

describe('a path', () => {
  const paths: readonly (readonly [text: string, path: FieldPath, written: string | undefined])[] = [
    ['model', ['model'], undefined],
    ['context.model', ['model'], 'model'],
    ['context', ['context'], undefined],
    ['step_input.a-b.c', ['step_input', 'a-b', 'c'], undefined],
    ['tool_input.rows[0][12].x', ['tool_input', 'rows', 0, 12, 'x'], undefined],
    ['tool_input[*].x[*]', ['tool_input', any, 'x', any], undefined],
    ['metadata["a.b"]["c\\"d"].e', ['metadata', 'a.b', 'c"d', 'e'], undefined],
    ["metadata['a b']", ['metadata', 'a b'], 'metadata["a b"]'],
    ['metadata["plain"]', ['metadata', 'plain'], 'metadata.plain'],
    ['metadata.0', ['metadata', '0'], undefined],
    ['metadata.größe.日本', ['metadata', 'größe', '日本'], undefined],
  ]

  test.each(paths)('%s is read, and written one way', (text, path, written) => {
    expect(parseFieldPath(text)).toEqual({ ok: true, path })
    expect(fieldText(path)).toBe(written ?? text)
  })

  test('that is written can be read again', () => {
    const element = fc.oneof(fc.string(), fc.nat(), fc.constant(any))
    fc.assert(
      fc.property(
        fc.tuple(fc.constantFrom('metadata', 'a b'), fc.array(element, { maxLength: 4 })),
        ([root, rest]) => {
          const path: FieldPath = ['x', root, ...rest]
          expect(parseFieldPath(fieldText(path))).toEqual({ ok: true, path })
        },
      ),
    )
  })

  test('finds what JSON has there, and nothing that JavaScript adds', () => {
    const input = { a: [{ b: 1 }, { b: null }, {}, 'text'], o: { x: { b: 2 }, y: { b: 3 } }, length: 7 }
    const at = (text: string): unknown[] => {
      const parsed = parseFieldPath(text)
      return parsed.ok ? valuesAt(input, parsed.path) : []
    }
    expect(at('a[*].b')).toEqual([1, null])
    expect(at('o[*].b')).toEqual([2, 3])
    expect(at('a[0].b')).toEqual([1])
    expect(at('a[9]')).toEqual([])
    expect(at('a.length')).toEqual([])
    expect(at('a[3].length')).toEqual([])
    expect(at('o[0]')).toEqual([])
    expect(at('length')).toEqual([7])
    expect(at('toString')).toEqual([])
    expect(at('__proto__')).toEqual([])
  })
})

describe('a duration', () => {
  test.each([
    ['1s', 1_000],
    ['15m', 900_000],
    ['1h30m', 5_400_000],
    ['24h', 86_400_000],
    ['7d', 604_800_000],
    ['1d1h1m1s', 90_061_000],
    ['0h', undefined],
    ['', undefined],
    ['30', undefined],
    ['1w', undefined],
    ['30m1h', undefined],
    ['1.5h', undefined],
    ['-1h', undefined],
    ['1h 30m', undefined],
    ['3651d', undefined],
  ])('%j is %s ms', (text, ms) => {
    expect(durationMs(text)).toBe(ms)
  })
})

describe('a suggestion', () => {
  const known = ['equals', 'not_equals', 'tool_name', 'in', 'model', 'step_type']
  test.each([
    ['equal', 'equals'],
    ['Equals', 'equals'],
    ['not-equals', 'not_equals'],
    ['toolname', 'tool_name'],
    ['modle', 'model'],
    ['is', undefined],
    ['banana', undefined],
  ])('for %s is %s', (word, near) => {
    expect(nearestOf(word, known)).toBe(near)
  })
})

describe('a fact', () => {
  const over = { kind: 'field', path: ['a', 'b.c'] } as const

  test('has a name for each meaning', () => {
    const values = [
      'x',
      '1',
      1,
      'true',
      true,
      '"x"',
      '',
      ' x',
      'x ',
      'a\nb',
      '[1]',
      'null',
      null,
      'é',
      'a b',
      'a  b',
    ]
    const tests = values.flatMap((value): FactTest[] => [
      { op: 'contains', value },
      { op: 'equals', value },
      { op: 'contains_any', value: [value] },
      { op: 'in', value: [value] },
    ])
    const names = tests.map((test) => factName({ over, test }))
    expect(new Set(names).size).toBe(names.length)
    expect(names).toContain('a["b.c"] contains x')
    expect(names).toContain('a["b.c"] contains "1"')
    expect(names).toContain('a["b.c"] contains 1')
  })

  test('over many values has a short name, another one for other values', () => {
    const named = (value: string[]) => factName({ over, test: { op: 'in', value } })
    const many = Array.from({ length: 10_000 }, (_, i) => `v${i}`)
    expect(named(many)).toMatch(/^a\["b\.c"\] in 10000 values \(sha256 [0-9a-f]{32}\)$/)
    expect(named(many)).toBe(named([...many]))
    expect(named(many.with(7, 'x'))).not.toBe(named(many))
  })

  test('about history holds when one earlier step satisfies it', () => {
    const steps = [
      { tool_name: 'crm.export', completed: true },
      { step_id: 's2', completed: false },
    ]
    const holds = (attribute: 'tool_name' | 'completed' | 'step_name', test: FactTest): boolean =>
      computeFact(namedFact({ over: { kind: 'history', attribute }, test }), { workflow: { steps } })
    expect(holds('tool_name', { op: 'equals', value: 'crm.export' })).toBe(true)
    expect(holds('tool_name', { op: 'in', value: ['a', 'crm.export'] })).toBe(true)
    expect(holds('tool_name', { op: 'starts_with', value: 'crm.' })).toBe(true)
    expect(holds('tool_name', { op: 'ends_with', value: '.import' })).toBe(false)
    expect(holds('tool_name', { op: 'regex', value: '^crm' })).toBe(true)
    expect(holds('completed', { op: 'equals', value: false })).toBe(true)
    expect(holds('step_name', { op: 'exists' })).toBe(false)
    expect(
      computeFact(namedFact({ over: { kind: 'history', attribute: 'step_id' }, test: { op: 'exists' } }), {}),
    ).toBe(false)
  })

  test('about everything sees the text of step_input and tool_input, names included', () => {
    const input = {
      step_input: { prompt: 'Hello', n: [1, { deep: 2.5 }] },
      tool_input: { secret_name: null },
      model: 'gpt',
    }
    const holds = (value: string): boolean =>
      computeFact(namedFact({ over: { kind: 'whole' }, test: { op: 'contains', value } }), input)
    expect(['hello', 'PROMPT', '2.5', 'secret_name'].filter(holds)).toHaveLength(4)
    expect(['gpt', 'null', 'hello prompt'].filter(holds)).toEqual([])
  })

  test('about text that nests without end is computed all the same', () => {
    let nested: unknown = 'needle'
    for (let i = 0; i < 50_000; i++) nested = [nested]
    expect(textOf({ a: nested })).toBe('a\nneedle')
  })
})

describe('a reason', () => {
  test('is text and fields', () => {
    expect(parseReason('a {{b}} {c.d}{e["f}"]}')).toMatchObject({ ok: false })
    expect(parseReason(' a {{b}} {c.d}{e[0]}!\n')).toEqual({
      ok: true,
      parts: ['a {b} ', { field: ['c', 'd'], offset: 10 }, { field: ['e', 0], offset: 15 }, '!'],
    })
  })

  test('shows strings as they are, other values as JSON, what is missing as (none), and cuts what is long', async () => {
    const reason =
      '{metadata.s}|{metadata.n}|{metadata.b}|{metadata.o}|{metadata.l}|{metadata.nul}|{metadata.no.where}|{metadata.long}|{{}}'
    const set = readYaml({
      'p.yaml': policyWith('p', '{ field: model, operator: exists }', `action: warn\n  reason: "${reason}"`),
    })
    const metadata = {
      s: 'a "b" <é>',
      n: 1.5,
      b: false,
      o: { k: 'v' },
      l: [1, 'x'],
      nul: null,
      long: 'é'.repeat(501),
    }
    const [judgement] = await judgeAll(set, [{ model: 'x', metadata }], toolchain)
    expect(judgement?.p?.warn).toEqual([
      `a "b" <é>|1.5|false|{"k":"v"}|[1,"x"]|(none)|(none)|${'é'.repeat(500)}…|{}`,
    ])
  })
})

describe('any text', () => {
  test('survives the way into Rego: names, descriptions, tags, values and reasons', async () => {
    const text = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((each) => each.trim() !== '' && !each.includes('\0'))
    const policy = fc.record({
      name: text,
      description: text,
      owner: text,
      tag: text,
      value: text,
      reason: text,
      key: text,
    })
    await fc.assert(
      fc.asyncProperty(fc.array(policy, { minLength: 20, maxLength: 30 }), async (policies) => {
        const set = readYaml({
          'p.yaml': policies
            .map(({ name, description, owner, tag, value, reason, key }, i) =>
              JSON.stringify({
                apiVersion: 'stepgate.dev/v1',
                kind: 'Policy',
                metadata: { id: `p${i}`, name, description, owner, tags: [tag] },
                spec: {
                  when: {
                    any: [
                      { field: `metadata[${JSON.stringify(key)}]`, operator: 'equals', value },
                      { field: `metadata[${JSON.stringify(key)}]`, operator: 'contains', value },
                    ],
                  },
                  action: 'block',
                  reason: reason.replaceAll(/[{}]/g, '$&$&'),
                },
              }),
            )
            .join('\n---\n'),
        })
        expect(set.problems).toEqual([])
        const files = sourcesOf(set)
        const parsed = await toolchain.parse({ files })
        const inputs = policies.map(({ key, value }) => ({ metadata: { [key]: value } }))
        const judgements = await judgeAll(set, inputs, toolchain)
        for (const [i, { name, description, owner, tag, reason }] of policies.entries()) {
          const module = parsed.ok ? parsed.modules[`p.yaml/p${i}.rego`] : undefined
          expect(module).toMatchObject({
            annotations: [
              {
                title: name.trim(),
                description: description.trim(),
                custom: { owner: owner.trim(), tags: [tag.trim()] },
              },
            ],
          })
          expect(judgements[i]?.[`p${i}`]?.block).toEqual([reason.trim()])
          expect(
            Object.values(factsFor([set.policies.find(({ id }) => id === `p${i}`)!], inputs[i]!)),
          ).toEqual([true])
        }
      }),
      { numRuns: 4, endOnFailure: true },
    )
  })
})

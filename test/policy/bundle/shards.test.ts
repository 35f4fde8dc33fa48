import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { inputUse } from '#src/policy/bundle/input-use.js'
import { librariesUsedBy } from '#src/policy/bundle/library-use.js'
import { memoryPages } from '#src/policy/bundle/memory-pages.js'
import { MAX_SHARD_POLICIES, partition } from '#src/policy/bundle/partition.js'
import type { Library } from '#src/policy/language/assemble-policies.js'
import type { Policy } from '#src/policy/policy.js'

const policy = (id: string, more: Partial<Policy> = {}): Policy => ({
  id,
  name: id,
  tags: [],
  appliesTo: ['step'],
  enforcement: 'enforce',
  rollout: { percent: 100, by: 'workflow_id' },
  scope: { tenants: ['*'], sources: ['*'] },
  actions: ['block'],
  origin: { file: `${id}.rego`, line: 1, language: 'rego' },
  modulePath: `${id}.rego`,
  rego: `package stepgate.policy["${id}"]\n`,
  facts: [],
  requires: { kind: 'always' },
  readsSteps: false,
  readsData: false,
  ...more,
})

const many = (count: number) => Array.from({ length: count }, (_, i) => policy(`team-${i}-rule`))
const idsOf = (shards: readonly (readonly Policy[])[]) =>
  shards.map((each) => each.map(({ id }) => id).join())

describe('shards', () => {
  test('hold every policy once, in id order, none more than the limit', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,8}$/), { maxLength: 300 }),
        (ids) => {
          const shards = partition(ids.map((id) => policy(id)))
          expect(
            shards
              .flat()
              .map(({ id }) => id)
              .sort(),
          ).toEqual([...ids].sort())
          for (const shard of shards) {
            expect(shard.length).toBeGreaterThan(0)
            expect(shard.length).toBeLessThanOrEqual(MAX_SHARD_POLICIES)
            expect(shard.map(({ id }) => id)).toEqual(shard.map(({ id }) => id).sort())
          }
        },
      ),
    )
  })

  test('stay as they are when the order changes, and all but one when a policy is added', () => {
    const policies = many(1_000)
    const before = idsOf(partition(policies))
    expect(idsOf(partition([...policies].reverse()))).toEqual(before)
    for (let i = 0; i < 50; i++) {
      const after = idsOf(partition([...policies, policy(`new-${i}`)]))
      const gone = before.filter((each) => !after.includes(each))
      expect(gone).toHaveLength(1)
      expect(after.length - before.length).toBeLessThanOrEqual(1)
    }
  })
})

const library = (name: string, rego = ''): Library => ({
  path: `lib/${name}.rego`,
  packagePath: ['stepgate', 'lib', name],
  rego: `package stepgate.lib.${name}\n${rego}`,
})

describe('libraries', () => {
  const libraries = [library('a', 'x := data.stepgate.lib.b.y'), library('b'), library('c')]
  test.each([
    ['import data.stepgate.lib.a', ['lib/a.rego', 'lib/b.rego']],
    ['x := data.stepgate.lib.b.y', ['lib/b.rego']],
    ['package stepgate.policy.x', []],
    ['import data.stepgate.lib', ['lib/a.rego', 'lib/b.rego', 'lib/c.rego']],
    ['x := data.stepgate["lib"].c', ['lib/c.rego']],
    ['x := data["stepgate"] . lib["c"].y', ['lib/c.rego']],
    ['x := data.conf.stepgate.lib.c', []],
    ['x := data.stepgate.policy.x.y', []],
    ['# data\nx := "data[name]"', []],
  ])('that %s may use are found', (text, paths) => {
    expect(librariesUsedBy([text], libraries).map(({ path }) => path)).toEqual(paths)
  })

  test.each([
    'import data.stepgate as s',
    'x := data[k].lib.c.y',
    'x := data.stepgate[k].c.y',
    'x := data.stepgate.lib[k].y',
    'x := data["step\\u0067ate"].lib.c.y',
    'x := data.stepgate["l\\u0069b"].c.y',
    'x := data.stepgate.lib["\\u0063"].y',
    'x := data[`stepgate`].lib.c.y',
    'x := data[ "stepgate" ].lib.c.y',
    'x := data.stepgate. # of all\nlib.c.y',
    'x := object.get(data, ["stepgate", "lib", "c", "y"], 0)',
    'x := f(data)',
    'x := $"{data.stepgate.lib.c.y}"',
  ])('are all taken where any may be used: %s', (text) => {
    expect(librariesUsedBy([text], libraries)).toHaveLength(3)
  })
})

describe('what a policy reads of its input', () => {
  const use = (body: string, libraries: readonly Library[] = []) =>
    inputUse(policy('x', { rego: `package stepgate.policy.x\n${body}` }), libraries)

  test('is the members it names, and of these those it names', () => {
    expect(use('block contains "no" if { input.model == "x"; input["tool_name"]; input.a.b[0].c }')).toEqual([
      ['a', 'b'],
      ['model'],
      ['tool_name'],
    ])
    expect(use('x if { input.a.c; input.a["b"].d; input.a.b; input.facts["f"] }')).toEqual([
      ['a', 'b'],
      ['a', 'c'],
    ])
    for (const whole of ['input.a[name]', 'count(input.a)', 'input.a[0]', 'input.a.__proto__'])
      expect(use(`x if { input.a.c; ${whole}; input.a.b }`)).toEqual([['a']])
    expect(use('block contains "no" if input . model == "x"')).toEqual([['model']])
    expect(use('block contains "no" if 1 == 1')).toEqual([])
  })

  test.each([
    'x := input',
    'x := input[name]',
    'walk(input, [p, v])',
    'object.get(input, ["a"], 1)',
    'x := data.stepgate.policy.y.block',
    'x := data[name]',
    'x := data.stepgate[name]',
    'x := $"{input.model}"',
    'x := $`{input.model}`',
    'x := input["a\\',
    'x := input["mod\\u0065l"]',
    'x := data["step\\u0067ate"].policy.y.block',
  ])('is anything where it might be: %s', (body) => {
    expect(use(body)).toBeUndefined()
  })

  test('may have names of any signs', () => {
    expect(use('x if { input["a\tb"]; input.a["say \\"b\\""]; input.c["\\u0064"] }')).toEqual([
      ['a', 'say "b"'],
      ['a\tb'],
      ['c'],
    ])
  })

  test('is not what strings and comments say', () => {
    expect(use('block contains "no" if { input.facts["model regex ^gpt-4$"]; input.model == "a$" }')).toEqual(
      [['model']],
    )
    expect(use('# input\nblock contains "all input" if { `input`; input.model; "a \\" input" }')).toEqual([
      ['model'],
    ])
  })

  test('is also what the libraries it uses read', () => {
    const libraries = [library('a', 'x if input.metadata.team'), library('b', 'x if input')]
    expect(use('block contains "no" if { data.stepgate.lib.a.x; input.model }', libraries)).toEqual([
      ['metadata', 'team'],
      ['model'],
    ])
    expect(use('block contains "no" if data.stepgate.lib.b.x', libraries)).toBeUndefined()
    expect(use('block contains "no" if data["step\\u0067ate"].lib.b.x', libraries)).toBeUndefined()
  })
})

describe('the memory a module asks for', () => {
  const name = (text: string) => [text.length, ...Buffer.from(text)]
  const module = (...imports: number[][]) => {
    const body = [imports.length, ...imports.flat()]
    return new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 0, 2, 1, 97, 2, body.length, ...body])
  }
  const memory = [...name('env'), ...name('memory'), 2, 0, 0x85, 0x01]

  test('is read from its imports, whatever stands before', () => {
    const others = [
      [...name('env'), ...name('f'), 0, 3],
      [...name('env'), ...name('t'), 1, 0x70, 1, 2, 9],
      [...name('env'), ...name('g'), 3, 0x7f, 0],
    ]
    expect(memoryPages(module(...others, memory))).toBe(133)
    expect(memoryPages(module([...name('env'), ...name('memory'), 2, 1, 7, 9]))).toBe(7)
  })

  test('has room for its data, which OPA leaves out of what it asks for', () => {
    const twoMebibytes = [0x80, 0x80, 0x80, 0x01]
    const segments = [2, 0, 0x41, 8, 0x0b, 1, 7, 0, 0x41, ...twoMebibytes, 0x0b, 2, 7, 7]
    const small = module([...name('env'), ...name('memory'), 2, 0, 2])
    const withData = new Uint8Array([...small, 10, 1, 0, 11, segments.length, ...segments])
    expect(memoryPages(withData)).toBe(33)
    expect(memoryPages(new Uint8Array([...small, 11, 5, 1, 1, 2, 7, 7]))).toBe(2)
  })

  test('is unknown in what is no module', () => {
    expect(() => memoryPages(module())).toThrow('imports no memory')
    expect(() => memoryPages(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))).toThrow('imports nothing')
    expect(() => memoryPages(module(memory).subarray(0, 20))).toThrow('ends too early')
  })
})

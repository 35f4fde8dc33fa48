import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, describe, expect, test } from 'vitest'
import { policyCapabilities } from '#src/policy/toolchain/capabilities.js'
import { openToolchain } from '#src/policy/toolchain/toolchain.js'
import { printed, readYaml, sourcesOf } from './reading.js'

const folder = new URL('golden/', import.meta.url)
const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'))
const sets = names.map((name) => ({
  name,
  set: readYaml({ [`policies/${name}`]: readFileSync(new URL(name, folder), 'utf8') }),
}))
const toolchain = openToolchain()
afterAll(() => toolchain.close())

describe('a YAML policy becomes Rego', () => {
  test.each(sets)('as the golden file of $name has it', async ({ name, set }) => {
    const rego = set.policies.map((policy) => policy.rego).join('\n')
    await expect(rego).toMatchFileSnapshot(new URL(`${name}.rego`, folder).pathname)
    expect(printed(set.problems.filter(({ severity }) => severity === 'error'))).toEqual([])
  })

  test('formatted as opa fmt formats it', async () => {
    const sources = Object.assign({}, ...sets.map(({ set }) => sourcesOf(set))) as Record<string, string>
    const formatted = await toolchain.format(sources)
    expect(formatted).toEqual({ ok: true, files: sources })
  })

  test('that passes strict checking with the built-ins of the gate', async () => {
    for (const { set } of sets) {
      const files = sourcesOf(set)
      const checked = await toolchain.check({ files, strict: true, capabilities: policyCapabilities() })
      expect(checked).toMatchObject({ ok: true })
    }
  })

  test('with annotations that say what the YAML said', async () => {
    const parsed = await toolchain.parse({
      files: sourcesOf(sets.find(({ name }) => name === 'model-review.yaml')!.set),
    })
    expect(parsed).toMatchObject({
      ok: true,
      modules: {
        'policies/model-review.yaml/gpt4-needs-review.rego': {
          annotations: [
            {
              title: 'GPT-4 needs review',
              description: 'Large models are dear,\nand "careful": people look first.',
              custom: {
                owner: 'platform-security',
                tags: ['model', 'cost'],
                source: 'policies/model-review.yaml:2',
              },
            },
          ],
        },
      },
    })
  })
})

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { inputSchema } from '#src/policy/language/input-schema.js'
import { policySchema } from '#src/policy/language/published-schema.js'
import { printed, readYaml } from '../language/reading.js'

const readme = readFileSync(new URL('../../../policies/README.md', import.meta.url), 'utf8')
const examples = [...readme.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => text!)

describe('the README of the policies', () => {
  it('shows agents, providers, connectors and a plan that can be loaded as they stand, together', () => {
    const documents = examples.filter(
      (text) => text.startsWith('apiVersion') && !text.includes('kind: Policy'),
    )
    const { problems, registry } = readYaml(
      Object.fromEntries(documents.map((text, i) => [`${i}.yaml`, text])),
    )
    expect(printed(problems)).toEqual([])
    expect([...registry.connectors.keys()].sort()).toEqual(['catalog', 'files', 'tracker'])
    expect([registry.agents.length, registry.providers.size, registry.plans.size]).toEqual([1, 1, 1])
  })

  it('shows a policy of plans that can be loaded, with its test', () => {
    const spec = examples.find((text) => text.includes('applies_to: [plan]'))!
    const { problems, tests } = readYaml({
      'p.yaml': `apiVersion: stepgate.dev/v1\nkind: Policy\nmetadata: { id: p }\n${spec}`,
    })
    expect(printed(problems)).toEqual([])
    expect(tests).toHaveLength(1)
  })

  it('names every member of a plan', () => {
    const plan = inputSchema().properties!.plan!.properties!
    const plans = readme.slice(readme.indexOf('## Plans'), readme.indexOf('## Rego'))
    const steps = readme.slice(readme.indexOf('**Fields.**'), readme.indexOf('## Plans'))
    const missing = (text: string, prefix: string, names: readonly string[]) =>
      names.filter((name) => !text.includes(`${prefix}${name}`))
    expect(
      missing(
        plans,
        'plan.',
        Object.keys(plan).filter((name) => !atStep(name)),
      ),
    ).toEqual([])
    expect(
      missing(
        steps,
        'plan.',
        Object.keys(plan).filter((name) => !ofPlan(name)),
      ),
    ).toEqual([])
    const row = plans.split('\n').find((line) => line.startsWith('| `plan.steps[*]`'))!
    expect(missing(row, '', Object.keys(plan.steps!.items!.properties!))).toEqual([])

    function atStep(name: string): boolean {
      return plan[name]?.['x-hooks']?.[0] === 'step'
    }
    function ofPlan(name: string): boolean {
      return plan[name]?.['x-hooks']?.[0] === 'plan'
    }
  })

  it('names every key of the documents', () => {
    const { definitions } = policySchema() as { definitions: Record<string, unknown> }
    const keys = ['AgentConfig', 'Provider', 'Connector', 'Plan'].flatMap((kind) => [
      ...keysIn(definitions[kind]),
    ])
    expect(keys.length).toBeGreaterThan(60)
    const shown = readme.slice(readme.indexOf('## Agents, and what they reach'))
    expect(keys.filter((key) => !new RegExp(`\\b${key}\\b`).test(shown))).toEqual([])
  })
})

function* keysIn(schema: unknown): Iterable<string> {
  if (typeof schema !== 'object' || schema === null) return
  for (const [name, value] of Object.entries(schema)) {
    if (name === 'properties') yield* Object.keys(value)
    yield* keysIn(value)
  }
}

import { expect, it } from 'vitest'
import { fromJSONSchema } from 'zod'
import { schemas } from '#src/http/openapi/schemas.js'
import { agentsPath as at, config, registry } from './agents-fixture.js'
import { startLive } from './live.js'

const fits = (name: keyof typeof schemas, value: unknown): void => {
  const schema = { $ref: `#/$defs/${name}`, $defs: schemas }
  const text = JSON.stringify(schema).replaceAll('#/components/schemas/', '#/$defs/')
  const result = fromJSONSchema(JSON.parse(text)).safeParse(value)
  expect(result.error?.issues ?? []).toEqual([])
}

it('the OpenAPI document tells the shapes of the agents’ replies', async () => {
  const live = await startLive({ registry: () => registry })
  try {
    const body = async (method: string, path: string, sent?: unknown) =>
      (await live.call(method, `${at}${path}`, sent)).body
    const asked = { name: 'helper', description: 'Helps.', config: config() }
    fits('NewAgent', asked)
    fits('AgentReply', await body('POST', '', asked))
    const change = { config: config({ model: 'gpt-4o' }), version: 1, rollout_percent: 10 }
    fits('AgentUpdate', change)
    fits('AgentReply', await body('PUT', '/helper', change))
    fits('AgentRollout', { version: 2, percent: 20 })
    fits('AgentReply', await body('PUT', '/helper/rollout', { version: 2, percent: 20 }))
    fits('AgentReply', await body('GET', '/generic/research'))
    fits('AgentPage', await body('GET', ''))
    fits('AgentVersions', await body('GET', '/helper/versions'))
    fits('AgentAtVersion', await body('GET', '/helper/versions/2'))
    fits('AgentValidity', await body('POST', '/validate', { config: 1 }))
    fits('AgentTestResult', await body('POST', '/helper/test', { query: 'find it. Then deploy it.' }))
    fits('AgentTestResult', await body('POST', '/helper/test', { query: 'dance' }))
    fits('CodedError', await body('POST', '', { name: 'X' }))
    fits('CodedError', await body('GET', '/nobody'))
  } finally {
    await live.close()
  }
})

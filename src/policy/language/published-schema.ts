import { z } from 'zod'
import { agentDocument } from '../documents/agent-form.js'
import { connectorDocument } from '../documents/connector-form.js'
import { planDocument } from '../documents/plan-form.js'
import { providerDocument } from '../documents/provider-form.js'
import { API_VERSION, dataDocument, policyDocument, testDocument } from './policy-schema.js'

/** A JSON Schema, as plain JSON. */
export type JsonSchema = { readonly [keyword: string]: unknown }

const documents = {
  Policy: policyDocument,
  PolicyTest: testDocument,
  Data: dataDocument,
  AgentConfig: agentDocument,
  Provider: providerDocument,
  Connector: connectorDocument,
  Plan: planDocument,
}

/**
 * The JSON Schema (draft-07, the newest that YAML editors know) of the documents of a policy folder. It comes from the
 * schema that the loader itself checks with.
 */
export function policySchema(): JsonSchema {
  const definitions: Record<string, unknown> = {}
  const branches = Object.entries(documents).map(([kind, schema]) => {
    const { $schema, definitions: own, ...body } = z.toJSONSchema(schema, { target: 'draft-7', io: 'input' })
    Object.assign(definitions, own, { [kind]: body })
    // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema
    return { if: { properties: { kind: { const: kind } } }, then: { $ref: `#/definitions/${kind}` } }
  })
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Stepgate policy folder',
    type: 'object',
    required: ['apiVersion', 'kind'],
    properties: {
      apiVersion: { type: 'string', examples: [API_VERSION, 'axonflow.io/v1'] },
      kind: { enum: Object.keys(documents) },
    },
    allOf: branches,
    definitions,
  }
}

/** The HTTP contract as an OpenAPI 3.1 document. @module */
import { type ErrorCode, errors } from '../../domain/errors.js'
import { type Envelope, wireCode } from '../wire/errors.js'
import type { Operation } from './operation.js'
import { operations } from './operations.js'
import { schemas, shape } from './schemas.js'

/** What any route may answer, whatever it does. */
const always: readonly ErrorCode[] = [
  'UNAUTHORIZED',
  'FORBIDDEN',
  'REQUEST_TOO_LARGE',
  'INTERNAL_ERROR',
  'STORE_UNAVAILABLE',
]

/** The document, for this version. */
export function openapiDocument(version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const [route, operation] of Object.entries(operations)) {
    const [method, path] = route.split(' ') as [string, string]
    paths[path] = { ...paths[path], [method.toLowerCase()]: described(path, operation) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Stepgate',
      version,
      summary: 'The policy gate beside your AI agents',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: 'http://127.0.0.1:8080' }],
    security: [{ basic: [] }, {}],
    paths,
    components: {
      schemas,
      securitySchemes: {
        basic: { type: 'http', scheme: 'basic', description: 'The user name is tenant and client.' },
      },
      headers: {
        revision: { description: 'The live policy revision', schema: { type: 'string' } },
      },
    },
  }
}

function described(path: string, operation: Operation) {
  const { id, summary, reply, body, query, refuses, open, envelope = 'triplet' } = operation
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string', maxLength: 255 },
  }))
  const inQuery = Object.entries(query ?? {}).map(([name, description]) => ({
    name,
    in: 'query',
    description,
    schema: { type: 'string' },
  }))
  return {
    operationId: id,
    summary,
    ...(open ? { security: [] } : {}),
    ...(inPath.length + inQuery.length === 0 ? {} : { parameters: [...inPath, ...inQuery] }),
    ...(body ? { requestBody: { required: !body.optional, content: json(body.shape) } } : {}),
    responses: {
      [reply.status]: {
        description: summary,
        headers: { 'X-Stepgate-Policy-Revision': { $ref: '#/components/headers/revision' } },
        ...(reply.shape ? { content: json(reply.shape, reply.media) } : {}),
      },
      ...(open ? {} : refusals([...(refuses ?? []), ...always], envelope)),
    },
  }
}

const errorShape = { triplet: 'Error', flat: 'FlatError', coded: 'CodedError' } as const

/** One response a status, naming the codes it may carry. */
function refusals(codes: readonly ErrorCode[], envelope: Envelope): Record<string, unknown> {
  const byStatus = grouped(codes)
  return Object.fromEntries(
    [...byStatus].map(([status, some]) => {
      const nested = envelope === 'triplet' && some.some((code) => errors[code].envelope === 'nested')
      const plain = some.some((code) => errors[code].envelope !== 'nested')
      const schema =
        nested && plain
          ? { anyOf: [shape('Error'), shape('MismatchError')] }
          : shape(nested ? 'MismatchError' : errorShape[envelope])
      return [
        status,
        {
          description: some.map((code) => wireCode(code, envelope)).join(', '),
          content: { 'application/json': { schema } },
        },
      ]
    }),
  )
}

function grouped(codes: readonly ErrorCode[]): Map<number, ErrorCode[]> {
  const byStatus = new Map<number, ErrorCode[]>()
  for (const code of codes)
    byStatus.set(errors[code].status, [...(byStatus.get(errors[code].status) ?? []), code])
  return byStatus
}

const json = (name: keyof typeof schemas, media = 'application/json') => ({
  [media]: { schema: shape(name) },
})

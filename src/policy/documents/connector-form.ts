/**
 * `kind: Connector`: something a step can call, over HTTP or MCP.
 * @module
 */
import { z } from 'zod'
import type { Connector, HttpOperation } from '../../domain/agent.js'
import type { JsonValue } from '../../domain/json.js'
import { suggestion } from '../language/nearest.js'
import { API_VERSION, closed, duration, text } from '../language/policy-schema.js'
import {
  address,
  asJson,
  badTemplate,
  free,
  millisecondsOf,
  name,
  retries,
  retriesOf,
  withoutSlash,
} from './forms.js'
import { callHeaders, environment, headers, valuesOf } from './secret-form.js'

/** A template that can read `parameters` and nothing else. */
const ofParameters = <T extends z.ZodType>(schema: T): T =>
  schema.check(({ value, issues }) => {
    const why = badTemplate(value as JsonValue, ['parameters'])
    if (why !== undefined) issues.push({ code: 'custom', message: why, input: value })
  })

const operation = closed({
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).describe('Default: GET.').optional(),
  path: ofParameters(z.string().startsWith('/', 'a path starts with /')).describe(
    'Put after base_url; {{parameters.x}} is filled in.',
  ),
  query: ofParameters(free).describe('Put into the address.').optional(),
  headers: callHeaders.optional(),
  body: ofParameters(z.union([z.string(), free]))
    .describe('Sent as JSON, or as the text it is.')
    .optional(),
  idempotent: z
    .boolean()
    .describe(
      'May be sent again: it changes nothing more, or honours Idempotency-Key. Default: true for GET, PUT, DELETE.',
    )
    .optional(),
  timeout: duration.optional(),
}).check(({ value, issues }) => {
  if (value.body === undefined || (value.method ?? 'GET') !== 'GET') return
  issues.push({
    code: 'custom',
    message: 'GET has no body: name another method',
    path: ['body'],
    input: value.body,
  })
})

const tool = z.string().min(1, 'this is empty').max(256, 'this has 256 characters at most')
const tools = z.array(tool).min(1, 'the list is empty').describe('Tools that may be called.')

const common = {
  allow_private: z.boolean().describe('Loopback and private addresses may be called.').optional(),
  timeout: duration.describe('Of one attempt; default 10s.').optional(),
  retries: retries.describe('Default: 3 attempts, 200ms.').optional(),
}
const ofTools = {
  tools,
  idempotent_tools: z.array(tool).describe('Those of them that may be called again.').optional(),
}

const http = closed({
  type: z.literal('http'),
  base_url: address,
  headers: callHeaders.optional(),
  operations: z
    .record(z.string().regex(/^[\w-]+$/, 'an operation is named with letters, digits, _ and -'), operation)
    .refine((given) => Object.keys(given).length > 0, 'there is no operation'),
  ...common,
})
const mcpHttp = closed({
  type: z.literal('mcp-http'),
  url: address,
  headers: headers.optional(),
  ...ofTools,
  ...common,
})
const { allow_private: _, ...withoutAddress } = common
const mcpStdio = closed({
  type: z.literal('mcp-stdio'),
  command: z.array(z.string()).min(1, 'the list is empty').describe('Program and arguments; no shell.'),
  environment: environment.optional(),
  ...ofTools,
  ...withoutAddress,
})

const types = ['http', 'mcp-http', 'mcp-stdio']

function unknownType({ input }: { readonly input?: unknown }): string | undefined {
  if (typeof input !== 'object' || input === null) return undefined
  const { type } = input as { readonly type?: unknown }
  return `unknown value ${JSON.stringify(type)}${suggestion(String(type), types)}`
}

export const connectorDocument = closed({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('Connector'),
  metadata: closed({ name: name.describe('As steps and agents name it.'), description: text.optional() }),
  spec: z
    .discriminatedUnion('type', [http, mcpHttp, mcpStdio], { error: unknownType })
    .check(({ value, issues }) => {
      if (value.type === 'http') return
      value.idempotent_tools?.forEach((each, i) => {
        if (value.tools.includes(each)) return
        issues.push({
          code: 'custom',
          message: `"${each}" is none of tools`,
          path: ['idempotent_tools', i],
          input: each,
        })
      })
    }),
})

/** What a checked document says. */
export function connectorOf({ metadata, spec }: z.infer<typeof connectorDocument>): Connector {
  const common = {
    name: metadata.name,
    timeoutMs: spec.timeout === undefined ? 10_000 : millisecondsOf(spec.timeout),
    retries: retriesOf(spec.retries, { attempts: 3, backoffMs: 200 }),
  }
  if (spec.type === 'http')
    return {
      ...common,
      type: spec.type,
      baseUrl: withoutSlash(spec.base_url),
      allowPrivate: spec.allow_private ?? false,
      headers: valuesOf(spec.headers),
      operations: Object.fromEntries(
        Object.entries(spec.operations).map(([key, each]) => [key, operationOf(each)]),
      ),
    }
  const allowed = {
    tools: [...new Set(spec.tools)],
    idempotentTools: [...new Set(spec.idempotent_tools ?? [])],
  }
  if (spec.type === 'mcp-http')
    return {
      ...common,
      ...allowed,
      type: spec.type,
      url: spec.url,
      allowPrivate: spec.allow_private ?? false,
      headers: valuesOf(spec.headers),
    }
  return {
    ...common,
    ...allowed,
    type: spec.type,
    command: spec.command,
    environment: valuesOf(spec.environment),
  }
}

/** By what the methods promise. */
const repeatable: ReadonlySet<string> = new Set(['GET', 'PUT', 'DELETE'])

function operationOf({
  method = 'GET',
  path,
  query,
  headers,
  body,
  ...raw
}: z.infer<typeof operation>): HttpOperation {
  return {
    method,
    path,
    ...(query === undefined ? {} : { query: asJson(query) }),
    ...(headers === undefined ? {} : { headers: valuesOf(headers) }),
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : asJson(body) }),
    idempotent: raw.idempotent ?? repeatable.has(method),
    ...(raw.timeout === undefined ? {} : { timeoutMs: millisecondsOf(raw.timeout) }),
  }
}

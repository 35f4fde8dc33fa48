/** From an operation of a connector and its parameters to a request. Parameters fill places; they never move them. @module */
import { validateHeaderName } from 'node:http'
import type { HttpOperation, SecretRef } from '../domain/agent.js'
import { framingHeaders } from '../domain/framing-headers.js'
import type { JsonObject, JsonValue } from '../domain/json.js'
import { plainText, type Rendered, renderObject, renderText, renderValue } from '../domain/plan/template.js'
import type { Secrets } from './secrets.js'

export interface HttpRequest {
  readonly url: URL
  readonly headers: Record<string, string>
  readonly body?: string
}

/** Build it, or say the first thing in the way, as a clause such as `{{parameters.q}} is not there`. */
export async function buildRequest(
  baseUrl: string,
  connectorHeaders: Readonly<Record<string, string | SecretRef>>,
  operation: HttpOperation,
  parameters: JsonObject,
  secrets: Secrets,
): Promise<Rendered<HttpRequest>> {
  const scope = { parameters }
  const url = buildUrl(baseUrl, operation, scope)
  if (!url.ok) return url
  const headers = await readHeaders(
    { ...lowerCase(connectorHeaders), ...lowerCase(operation.headers ?? {}) },
    secrets,
    scope,
  )
  if (!headers.ok) return headers
  const body = buildBody(operation.body, scope)
  if (!body.ok) return body
  if (body.value === undefined) return { ok: true, value: { url: url.value, headers: headers.value } }
  const contentType = typeof operation.body === 'string' ? 'text/plain; charset=utf-8' : 'application/json'
  return {
    ok: true,
    value: {
      url: url.value,
      headers: {
        'content-type': contentType,
        ...headers.value,
        'content-length': `${Buffer.byteLength(body.value)}`,
      },
      body: body.value,
    },
  }
}

function buildUrl(baseUrl: string, operation: HttpOperation, scope: JsonObject): Rendered<URL> {
  let problem: string | undefined
  const path = renderText(operation.path, scope, (value) => {
    if (typeof value === 'object') problem ??= `a value in its path is ${kindOf(value)}`
    const text = plainText(value)
    if (text === '') problem ??= 'a value in its path is empty'
    // Half characters cannot be encoded.
    return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\uFFFD'))
  })
  if (!path.ok) return path
  if (problem !== undefined) return { ok: false, message: problem }
  const ownPath = path.value.split(/[?#]/)[0] as string
  // URLs take such segments for steps through the tree, percent-encoded or not.
  if (ownPath.split(/[/\\]/).some((segment) => /^(\.|%2e){1,2}$/i.test(segment)))
    return { ok: false, message: 'its path holds a segment . or ..' }
  const query = renderObject(operation.query ?? {}, scope)
  if (!query.ok) return query
  // A slash in front, lest the first value goes on with the host or the port.
  const joined = `${baseUrl.replace(/\/+$/, '')}/${path.value.replace(/^\//, '')}`
  if (!URL.canParse(joined)) return { ok: false, message: 'its address is not a URL' }
  const url = new URL(joined)
  for (const [name, value] of Object.entries(query.value))
    for (const item of Array.isArray(value) ? (value as JsonValue[]) : [value as JsonValue])
      if (item !== null) url.searchParams.append(name, plainText(item))
  return url.origin === new URL(baseUrl).origin
    ? { ok: true, value: url }
    : { ok: false, message: 'its address leaves the host of base_url' }
}

/** Such values make segments that nobody meant, like `/items/null`. */
const kindOf = (value: JsonValue): string =>
  value === null ? 'null' : Array.isArray(value) ? 'a list' : 'an object'

/**
 * Headers with their templates filled and their secrets read.
 * @param scope absent: the values are no templates
 */
export async function readHeaders(
  declared: Readonly<Record<string, string | SecretRef>>,
  secrets: Secrets,
  scope?: JsonObject,
): Promise<Rendered<Record<string, string>>> {
  const headers: Record<string, string> = {}
  for (const [name, reference] of Object.entries(lowerCase(declared))) {
    if (!isHeaderName(name)) return { ok: false, message: `${name} is not a header that can be set` }
    const read =
      typeof reference === 'string' && scope ? renderText(reference, scope) : await secrets.read(reference)
    if (!read.ok) return read
    if (!canBeHeader(read.value))
      return { ok: false, message: `its header ${name} holds characters that a header cannot carry` }
    headers[name] = read.value
  }
  return { ok: true, value: headers }
}

/** Visible Latin-1 with blanks: no line end, so that a value cannot begin another header. */
export const canBeHeader = (value: string): boolean => /^[\t\x20-\x7e\x80-\xff]*$/.test(value)

function isHeaderName(name: string): boolean {
  if (framingHeaders.has(name)) return false
  try {
    validateHeaderName(name)
    return true
  } catch {
    return false
  }
}

const lowerCase = <T>(members: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(members).map(([name, value]) => [name.toLowerCase(), value]))

function buildBody(template: HttpOperation['body'], scope: JsonObject): Rendered<string | undefined> {
  if (template === undefined) return { ok: true, value: undefined }
  if (typeof template === 'string') return renderText(template, scope)
  const rendered = renderValue(template, scope)
  return rendered.ok ? { ok: true, value: JSON.stringify(rendered.value) } : rendered
}

/** `uri.*`: URI references, taken apart as Go's `net/url` does. */
import { parseAddress } from './ip-network.js'
import { type Builtin, BuiltinError, fail, stringOperand } from './operand.js'
import { RegoObject, type Term } from './term.js'
import { escapeUrl, unescapeUrl } from './url-escape.js'

/** The parts that are there. */
type UriParts = Partial<
  Record<'scheme' | 'hostname' | 'port' | 'path' | 'raw_path' | 'raw_query' | 'fragment', string>
>

/** @throws BuiltinError for what is no URI reference */
function parse(text: string): UriParts {
  const [beforeFragment, fragment] = cut(text, '#')
  if (/(?=\p{Cc})\p{ASCII}/u.test(beforeFragment)) return fail('invalid control character')
  return { ...parseAbsolute(beforeFragment), fragment: unescapeUrl(fragment, 'fragment') }
}

function parseAbsolute(text: string): UriParts {
  if (text === '*') return pathParts('*')
  if (text.startsWith(':')) return fail('missing protocol scheme')
  const scheme = /^[a-z][a-z0-9+.-]*(?=:)/i.exec(text)?.[0] ?? ''
  const [rest, query] = cut(scheme === '' ? text : text.slice(scheme.length + 1), '?')
  const parts = { scheme: scheme.toLowerCase(), raw_query: query }
  if (!rest.startsWith('/')) {
    // Without a slash, what follows a scheme is opaque, and OPA leaves it out.
    if (scheme !== '') return parts
    if (cut(rest, '/')[0].includes(':')) return fail('first path segment cannot contain colon')
  }
  if (!rest.startsWith('//') || (scheme === '' && rest.startsWith('///')))
    return { ...parts, ...pathParts(rest) }
  const [, authority = '', path = ''] = /^\/\/([^/]*)(.*)$/s.exec(rest)!
  return { ...parts, ...hostParts(parts.scheme, authority), ...pathParts(path) }
}

// The raw path is as it was written, where that is not how the path would be escaped anyway.
function pathParts(written: string): UriParts {
  const path = unescapeUrl(written, 'path')
  return { path, raw_path: escapeUrl(path, 'path') === written ? path : written }
}

function hostParts(scheme: string, authority: string): UriParts {
  const at = authority.lastIndexOf('@')
  const host = unescapedHost(scheme, authority.slice(at + 1))
  if (at >= 0) checkUser(authority.slice(0, at))
  const [, name = host, port = ''] = /^(.*):(\d*)$/s.exec(host) ?? []
  return { hostname: /^\[.*\]$/s.test(name) ? name.slice(1, -1) : name, port }
}

function checkUser(user: string): void {
  if (!/^[\w.:~!$&'()*+,;=%@-]*$/.test(user)) fail('invalid userinfo')
  unescapeUrl(user, 'user')
}

function unescapedHost(scheme: string, host: string): string {
  const bracket = host.lastIndexOf('[')
  if (bracket > 0) return fail('invalid IP-literal')
  if (bracket === 0) return addressLiteral(host)
  const colon = scheme === 'http' || scheme === 'https' ? host.indexOf(':') : host.lastIndexOf(':')
  if (colon >= 0) checkPort(host.slice(colon))
  return unescapeUrl(host, 'host')
}

// An IPv6 address in brackets, perhaps with a zone behind `%25`, perhaps with a port behind the bracket.
function addressLiteral(host: string): string {
  const end = host.lastIndexOf(']')
  if (end < 0) return fail('missing bracket')
  const port = host.slice(end + 1)
  checkPort(port)
  const inner = host.slice(1, end)
  const zoneAt = inner.indexOf('%25')
  const [address, zone] = zoneAt < 0 ? [inner, ''] : [inner.slice(0, zoneAt), inner.slice(zoneAt)]
  const name = unescapeUrl(address, 'host') + unescapeUrl(zone, 'zone')
  const [ip, zoneName] = cut(name, '%')
  const hasEmptyZone = name.includes('%') && zoneName === ''
  if (hasEmptyZone || parseAddress(ip)?.bits !== 128) return fail('invalid host')
  return `[${name}]${port}`
}

const checkPort = (text: string): void => {
  if (!/^(:\d*)?$/.test(text)) fail('invalid port')
}

function cut(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}

function isValid(term: Term | undefined): boolean {
  if (term === '') return false
  try {
    parse(stringOperand(term))
    return true
  } catch (error) {
    if (error instanceof BuiltinError) return false
    throw error
  }
}

export const uriBuiltins: Readonly<Record<string, Builtin>> = {
  'uri.parse': (text) => {
    const parts = Object.entries(parse(stringOperand(text)))
    return new RegoObject(parts.filter(([, value]) => value !== ''))
  },
  'uri.is_valid': isValid,
}

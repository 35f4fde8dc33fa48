/** Percent-encoding, part by part of a URL, as Go's `net/url` does it. */
import { bytesOf, textOf } from './bytes.js'
import { fail } from './operand.js'

export type UrlPart = 'path' | 'host' | 'zone' | 'user' | 'query' | 'fragment'

// What may stand unescaped beside letters, digits and `-_.~`.
const PLAIN: Readonly<Record<UrlPart, string>> = {
  path: '$&+,/:;=@',
  host: '!$&\'()*+,;=:[]<>"',
  zone: '!$&\'()*+,;=:[]<>"',
  user: '$&+,;=',
  query: '',
  fragment: '$&+,/:;=?@!()*',
}

const isPlain = (character: string, part: UrlPart): boolean =>
  /[A-Za-z0-9_.~-]/.test(character) || PLAIN[part].includes(character)

export function escapeUrl(text: string, part: UrlPart): string {
  return Array.from(bytesOf(text), (byte) => {
    const character = String.fromCharCode(byte)
    if (byte < 0x80 && isPlain(character, part)) return character
    if (part === 'query' && character === ' ') return '+'
    return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }).join('')
}

/** @throws BuiltinError for a `%` without two digits, and for what may not be in a host */
export function unescapeUrl(text: string, part: UrlPart): string {
  if (part === 'host' || part === 'zone') checkHost(text, part)
  if (/%(?![0-9a-f]{2})/i.test(text)) return fail('invalid URL escape')
  const spaced = part === 'query' ? text.replaceAll('+', ' ') : text
  if (!spaced.includes('%')) return spaced
  const parts = spaced.split(/((?:%[0-9a-f]{2})+)/i)
  const bytes = parts.map((run, i) =>
    i % 2 === 0 ? bytesOf(run) : Buffer.from(run.replaceAll('%', ''), 'hex'),
  )
  return textOf(Buffer.concat(bytes))
}

// In a host only bytes beyond ASCII are escaped; in the zone of an IPv6 address also what might stand there plainly.
function checkHost(text: string, part: 'host' | 'zone'): void {
  for (const [escaped, digits] of text.matchAll(/%([0-9a-f]{2})/gi)) {
    const byte = Number.parseInt(digits!, 16)
    const character = String.fromCharCode(byte)
    const allowed =
      part === 'host' ? byte >= 0x80 : byte === 0x20 || (byte < 0x80 && isPlain(character, 'host'))
    if (escaped !== '%25' && !allowed) fail('invalid URL escape')
  }
  for (const character of text.replace(/%[0-9a-f]{2}/gi, ''))
    if (character < '\x80' && character !== '%' && !isPlain(character, part))
      fail('invalid character in host name')
}

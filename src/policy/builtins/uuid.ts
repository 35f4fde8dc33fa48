/** `uuid.parse`: what a UUID tells of itself. */
import { type Builtin, fail, integerTerm, stringOperand } from './operand.js'
import { RegoObject, type Term } from './term.js'

const HYPHENATED = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

// Four spellings: plain, as a URN, between any two ASCII characters (braces, one hopes), without hyphens.
function digitsOf(text: string): string | undefined {
  if (/^[0-9a-f]{32}$/i.test(text)) return text
  if (/\P{ASCII}/u.test(text)) return undefined
  const plain =
    text.length === 38 ? text.slice(1, 37) : text.length === 45 ? text.replace(/^urn:uuid:/i, '') : text
  return HYPHENATED.test(plain) ? plain.replaceAll('-', '') : undefined
}

function parse(text: string): RegoObject {
  const bytes = Buffer.from(digitsOf(text) ?? fail('not a UUID'), 'hex')
  const version = bytes[6]! >> 4
  const facts: [string, Term][] = [
    ['version', version],
    ['variant', variant(bytes[8]!)],
  ]
  if (version === 1 || version === 2) facts.push(...origin(bytes))
  if (version === 2) facts.push(['id', bytes.readUInt32BE(0)], ['domain', domain(bytes[9]!)])
  return new RegoObject(facts)
}

// When and where a UUID of version 1 or 2 was made.
function origin(bytes: Buffer): [string, Term][] {
  const node = bytes.subarray(10)
  return [
    ['time', integerTerm(unixNanoseconds(bytes))],
    ['nodeid', Array.from(node, (byte) => byte.toString(16).padStart(2, '0')).join('-')],
    ['macvariables', `${node[0]! & 2 ? 'local' : 'global'}:${node[0]! & 1 ? 'multicast' : 'unicast'}`],
    ['clocksequence', bytes.readUInt16BE(8) & 0x3fff],
  ]
}

// A UUID counts tenths of microseconds since 15 October 1582.
const GREGORIAN_TO_UNIX = 122_192_928_000_000_000n

function unixNanoseconds(bytes: Buffer): bigint {
  const [low, middle, high] = [bytes.readUInt32BE(0), bytes.readUInt16BE(4), bytes.readUInt16BE(6) & 0xfff]
  const ticks = (BigInt(high) << 48n) | (BigInt(middle) << 32n) | BigInt(low)
  return BigInt.asIntN(64, (ticks - GREGORIAN_TO_UNIX) * 100n)
}

function variant(byte: number): string {
  if ((byte & 0xc0) === 0x80) return 'RFC4122'
  if ((byte & 0xe0) === 0xc0) return 'Microsoft'
  return (byte & 0xe0) === 0xe0 ? 'Future' : 'Reserved'
}

const domain = (byte: number): string => ['Person', 'Group', 'Org'][byte] ?? `Domain${byte}`

export const uuidBuiltins: Readonly<Record<string, Builtin>> = {
  'uuid.parse': (text) => parse(stringOperand(text)),
}

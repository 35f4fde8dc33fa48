/** `semver.*`: Semantic Versioning 2.0 with an optional leading `v`, numbers of at most 64 bits, as OPA reads it. */
import { asInt64, type Builtin, fail, stringOperand } from './operand.js'

interface Version {
  readonly numbers: readonly bigint[]
  /** Dot-separated identifiers; none for a release. */
  readonly preRelease: readonly string[]
}

const VERSION =
  /^v?((?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)){2})(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/

function parse(text: string): Version | undefined {
  const match = VERSION.exec(text)
  if (match === null) return undefined
  const numbers = match[1]!.split('.').map(BigInt)
  const preRelease = match[2]?.split('.') ?? []
  const sound =
    numbers.every((n) => asInt64(n) !== undefined) && !preRelease.some((part) => /^0\d+$/.test(part))
  return sound ? { numbers, preRelease } : undefined
}

function compare(a: Version, b: Version): number {
  for (const [i, n] of a.numbers.entries()) if (n !== b.numbers[i]!) return n < b.numbers[i]! ? -1 : 1
  if (a.preRelease.length === 0 || b.preRelease.length === 0)
    return Math.sign(b.preRelease.length - a.preRelease.length)
  for (const [i, part] of a.preRelease.entries()) {
    const other = b.preRelease[i]
    if (other === undefined) return 1
    const order = compareIdentifiers(part, other)
    if (order !== 0) return order
  }
  return a.preRelease.length < b.preRelease.length ? -1 : 0
}

// Numbers by value and before words; words by ASCII.
function compareIdentifiers(a: string, b: string): number {
  const numeric = [a, b].map((part) => /^\d+$/.test(part))
  if (numeric[0] !== numeric[1]) return numeric[0] ? -1 : 1
  const [x, y] = numeric[0] ? [BigInt(a), BigInt(b)] : [a, b]
  return x < y ? -1 : Number(x > y)
}

const version = (text: string): Version => parse(text) ?? fail('not a valid SemVer')

export const semverBuiltins: Readonly<Record<string, Builtin>> = {
  'semver.compare': (a, b) => compare(version(stringOperand(a)), version(stringOperand(b))),
  'semver.is_valid': (text) => typeof text === 'string' && parse(text) !== undefined,
}

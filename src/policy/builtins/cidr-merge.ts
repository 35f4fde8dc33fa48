/** Merges networks that overlap or touch into the fewest that cover the same addresses. */
import {
  type Address,
  addressText,
  lastValue,
  mapped,
  parseAddress,
  parseNetwork,
  unmapped,
} from './ip-network.js'
import { fail } from './operand.js'

/** Addresses from the first to the last, IPv4 as IPv4-mapped IPv6. */
interface Range {
  readonly first: bigint
  readonly last: bigint
  /** How OPA spells a network that was merged with none. */
  readonly text?: string
}

/**
 * Merges networks in CIDR notation. An IPv4 address without a prefix stands for its network of class A, B or C, as Go
 * has it.
 * @throws BuiltinError for anything else, and for IPv4-mapped networks, of which OPA makes nonsense
 */
export function mergeNetworks(texts: readonly string[]): string[] {
  const ranges = texts.map(rangeOf).sort((a, b) => order(a.last, b.last) || order(a.first, b.first))
  for (let i = ranges.length - 1; i > 0; i--) {
    const [before, range] = [ranges[i - 1]!, ranges[i]!]
    if (previous(range.first) > before.last) continue
    const [first] = [before.first, range.first].sort(order)
    ranges.splice(i - 1, 2, { first: first!, last: range.last })
  }
  return ranges.flatMap((range) => range.text ?? networksOf(range))
}

const order = (a: bigint, b: bigint): number => (a < b ? -1 : Number(a > b))

const V4 = 0xffffn << 32n

// There is none before the first address of a family.
const previous = (value: bigint): bigint => (value === 0n || value === V4 ? value : value - 1n)

function rangeOf(text: string): Range {
  const address = parseAddress(text)
  if (address !== undefined) {
    const { bits, value } = unmapped(address)
    return bits === 32 ? classRange(value) : fail('IPv6 invalid: needs prefix length')
  }
  const network = parseNetwork(text) ?? fail('not a CIDR')
  if (unmapped(network) !== network) return fail('an IPv4-mapped network')
  const { bits, prefix } = network
  return {
    first: mapped(network),
    last: mapped({ bits, value: lastValue(network) }),
    text: `${addressText(network)}/${prefix}`,
  }
}

function classRange(value: bigint): Range {
  const octet = value >> 24n
  const prefix = octet < 0x80n ? 8 : octet < 0xc0n ? 16 : 24
  const hosts = (1n << BigInt(32 - prefix)) - 1n
  const first = V4 | (value & ~hosts)
  return { first, last: first | hosts, text: `${addressText({ bits: 32, value })}/${prefix}` }
}

// From the front, the largest network that starts there and does not reach beyond.
function networksOf({ first, last }: Range): string[] {
  const texts: string[] = []
  const { bits } = unmapped({ bits: 128, value: first })
  for (let from = first; from <= last; ) {
    let hostBits = 0
    while (hostBits < bits && fits(from, hostBits + 1, last)) hostBits++
    texts.push(`${addressText({ bits: 128, value: from } satisfies Address)}/${bits - hostBits}`)
    from += 1n << BigInt(hostBits)
  }
  return texts
}

const fits = (from: bigint, hostBits: number, last: bigint): boolean => {
  const hosts = (1n << BigInt(hostBits)) - 1n
  return (from & hosts) === 0n && (from | hosts) <= last
}

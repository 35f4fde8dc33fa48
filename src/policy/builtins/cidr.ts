/**
 * The `net.cidr_*`. Two of them OPA would compile in, but there an IPv4-mapped address (`::ffff:10.2.3.4`) is in no
 * network of IPv4, which lets a client past a rule about `10.0.0.0/8`. Nothing here asks the network.
 */
import { mergeNetworks } from './cidr-merge.js'
import { addressText, lastValue, type Network, parseAddress, parseNetwork, unmapped } from './ip-network.js'
import { type Builtin, BuiltinHalt, fail, membersOperand, stringOperand } from './operand.js'
import { isArray, RegoObject, RegoSet, type Term } from './term.js'

// OPA would go on until it is cancelled.
const MOST_ADDRESSES = 65_536n

// A policy asks the same few of every request, and reading one takes longer than all the rest.
const known = new Map<string, Network>()
const MOST_KNOWN = 1_000

function network(text: string): Network {
  const before = known.get(text)
  if (before !== undefined) return before
  const read = parseNetwork(text) ?? fail('not a CIDR')
  if (known.size === MOST_KNOWN) known.clear()
  known.set(text, read)
  return read
}

function expand(text: string): RegoSet {
  const { bits, prefix, value } = network(text)
  const size = 1n << BigInt(bits - prefix)
  if (size > MOST_ADDRESSES) throw new BuiltinHalt(`net.cidr_expand: more than ${MOST_ADDRESSES} addresses`)
  return new RegoSet(
    Array.from({ length: Number(size) }, (_, i) => addressText({ bits, value: value + BigInt(i) })),
  )
}

/** Whether a network holds an address, or all of another network. Families do not mix, but for IPv4 mapped into IPv6. */
function contains(whole: Network, part: string): boolean {
  const address = parseAddress(part)
  if (address !== undefined) return holds(whole, address)
  const inner = network(part)
  if (isPlainIPv6(whole) && isPlainIPv6(inner))
    return whole.prefix <= inner.prefix && whole.value <= inner.value && inner.value <= lastValue(whole)
  return holds(whole, inner) && holds(whole, { bits: inner.bits, value: lastValue(inner) })
}

const isPlainIPv6 = (net: Network): boolean => net.bits === 128 && unmapped(net) === net

function holds(whole: Network, address: { bits: 32 | 128; value: bigint }): boolean {
  const inner = unmapped(address)
  const outer = unmappedNetwork(whole)
  return inner.bits === outer.bits && outer.value <= inner.value && inner.value <= lastValue(outer)
}

function unmappedNetwork(net: Network): Network {
  const { bits, value } = unmapped(net)
  return bits === net.bits ? net : { bits, value, prefix: net.prefix - 96 }
}

// Networks by what OPA answers for them: themselves, their positions, or their keys.
function* labelled(term: Term | undefined): Generator<readonly [label: Term, network: Term]> {
  if (typeof term === 'string') yield [term, term]
  else if (term instanceof RegoObject) for (const [key, value] of term) yield [key, element(value)]
  else if (term instanceof RegoSet) for (const value of term) yield [value, element(value)]
  else if (isArray(term!)) for (const [i, value] of term.entries()) yield [i, element(value)]
}

// Of an array only the first member counts.
function element(term: Term): Term {
  if (isArray(term) && term.length > 0) return term[0]!
  return typeof term === 'string' ? term : fail('element must be string or non-empty array')
}

function containsMatches(networks: Term | undefined, parts: Term | undefined): RegoSet {
  const matches: Term[] = []
  for (const [label, whole] of labelled(networks))
    for (const [other, part] of labelled(parts))
      if (contains(network(stringOperand(whole)), stringOperand(part))) matches.push([label, other])
  return new RegoSet(matches)
}

/** Whether one holds where the other begins. */
const intersects = (one: Network, other: Network): boolean => holds(one, other) || holds(other, one)

export const cidrBuiltins: Readonly<Record<string, Builtin>> = {
  'net.cidr_contains': (whole, part) => contains(network(stringOperand(whole)), stringOperand(part)),
  'net.cidr_intersects': (one, other) =>
    intersects(network(stringOperand(one)), network(stringOperand(other))),
  'net.cidr_is_valid': (text) => typeof text === 'string' && parseNetwork(text) !== undefined,
  'net.cidr_expand': (text) => expand(stringOperand(text)),
  'net.cidr_contains_matches': containsMatches,
  'net.cidr_merge': (networks) => new RegoSet(mergeNetworks(membersOperand(networks).map(stringOperand))),
}

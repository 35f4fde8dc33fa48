/** IP addresses and networks as Go's `net` package reads and writes them. */
import { isIPv4, isIPv6 } from 'node:net'
import ipaddr from 'ipaddr.js'

/** An address as a number; IPv4 and IPv4-mapped addresses (`::ffff:1.2.3.4`) are the same to Go. */
export interface Address {
  /** 32 or 128, as it was spelt. */
  readonly bits: 32 | 128
  readonly value: bigint
}

/** A network: its first address and the length of its prefix. */
export interface Network extends Address {
  readonly prefix: number
}

const MAPPED = 0xffffn << 32n

export function parseAddress(text: string): Address | undefined {
  if (isIPv4(text)) return { bits: 32, value: numberOf(ipaddr.IPv4.parse(text).toByteArray()) }
  if (!isIPv6(text) || text.includes('%')) return undefined
  // The library takes `::1.2.3.4` for an IPv4-mapped address.
  const groups = text.replace(/[\d.]+$/, (quad) => (quad.includes('.') ? hexGroups(quad) : quad))
  return { bits: 128, value: numberOf(ipaddr.IPv6.parse(groups).toByteArray()) }
}

const hexGroups = (quad: string): string => {
  const [a = 0, b = 0, c = 0, d = 0] = ipaddr.IPv4.parse(quad).toByteArray()
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
}

/** The network of a CIDR, which may name any of its addresses. */
export function parseNetwork(text: string): Network | undefined {
  const [, host = '', length = ''] = /^([^/]*)\/(\d+)$/.exec(text) ?? []
  const address = parseAddress(host)
  const prefix = Number(length)
  if (address === undefined || prefix > address.bits) return undefined
  const { bits } = address
  return { bits, prefix, value: address.value & prefixMask(bits, prefix) }
}

const prefixMask = (bits: number, prefix: number): bigint =>
  ((1n << BigInt(prefix)) - 1n) << BigInt(bits - prefix)

/** The last address of a network. */
export const lastValue = (network: Network): bigint =>
  network.value | ((1n << BigInt(network.bits - network.prefix)) - 1n)

/** An address without the mapping of IPv4 into IPv6. */
export const unmapped = (address: Address): Address =>
  address.bits === 128 && address.value >> 32n === MAPPED >> 32n
    ? { bits: 32, value: address.value & 0xffffffffn }
    : address

/** An address as one of 128 bits. */
export const mapped = (address: Address): bigint =>
  address.bits === 32 ? MAPPED | address.value : address.value

/** The shortest spelling; IPv4-mapped addresses are spelt as IPv4. */
export function addressText(address: Address): string {
  const { bits, value } = unmapped(address)
  if (bits === 32) return new ipaddr.IPv4(bytesOf(value, 4)).toString()
  return new ipaddr.IPv6(bytesOf(value, 16)).toRFC5952String()
}

const numberOf = (bytes: readonly number[]): bigint =>
  bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n)

const bytesOf = (value: bigint, count: number): number[] =>
  Array.from({ length: count }, (_, i) => Number((value >> BigInt(8 * (count - 1 - i))) & 0xffn))

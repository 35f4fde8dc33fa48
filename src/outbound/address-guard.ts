/** Which addresses may be connected to, checked on the address that is really dialled. @module */
import { lookup } from 'node:dns/promises'
import { isIP, type LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'

/** Addresses of a host name, as texts such as `192.0.2.1` or `2001:db8::1`. */
export type Resolve = (host: string) => Promise<readonly string[]>

/** What the operating system says, hosts file included. */
export const systemResolve: Resolve = async (host) =>
  (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address)

/** Thrown inside a lookup: nothing was connected to. */
export class AddressRefused extends Error {}

/** Global unicast; every other block of IPv6 is something else than the public internet (RFC 4291, IANA registry). */
const globalUnicast = ipaddr.parseCIDR('2000::/3') as [ipaddr.IPv6, number]
/** Lie in public space and are not public: Azure's metadata host, documentation (RFC 9637). */
const notPublic: readonly [string, ipaddr.IPv4 | ipaddr.IPv6, number][] = [
  ['metadata', ...ipaddr.parseCIDR('168.63.129.16/32')],
  ['documentation', ...ipaddr.parseCIDR('3fff::/20')],
]

/**
 * What kind of not public address this is, such as `loopback`; undefined for a public one. Addresses that carry an IPv4
 * address inside (mapped, NAT64, 6to4, Teredo) are never public, whatever they carry.
 */
export function notPublicBecause(address: string): string | undefined {
  if (!ipaddr.isValid(address)) return 'unreadable'
  const parsed = ipaddr.parse(address)
  for (const [name, network, bits] of notPublic)
    if (network.kind() === parsed.kind() && parsed.match(network, bits)) return name
  const range = parsed.range()
  if (range !== 'unicast') return range
  return parsed instanceof ipaddr.IPv6 && !parsed.match(globalUnicast) ? 'reserved' : undefined
}

/** Why a URL may not be called at all: its scheme, its user part, or an address written into it. */
export function urlRefusal(url: URL, allowPrivate: boolean): string | undefined {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return `${url.protocol} is not http: or https:`
  if (url.username !== '' || url.password !== '')
    return 'a user or password in a URL is not sent; name a header instead'
  // WHATWG URLs write 0x7f.1 and 2130706433 as 127.0.0.1, so that one notation is left to look at.
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return isIP(host) === 0 || allowPrivate ? undefined : addressRefusal(host, [host])
}

/** A lookup for sockets: they get the very addresses that were checked, so a second answer of DNS changes nothing. */
export function guardedLookup(resolve: Resolve, allowPrivate: boolean): LookupFunction {
  return (host, options, callback) => {
    const answer = async () => {
      const family = options.family === 4 || options.family === 6 ? options.family : 0
      const found = await resolve(host)
      const refusal = allowPrivate ? undefined : addressRefusal(host, found)
      if (refusal !== undefined) throw new AddressRefused(refusal)
      const usable = found
        .map((address) => ({ address, family: isIP(address) }))
        .filter((entry) => entry.family !== 0 && (family === 0 || entry.family === family))
      if (usable.length === 0) throw Object.assign(new Error(`${host} has no address`), { code: 'ENOTFOUND' })
      return usable
    }
    answer().then(
      (usable) => {
        if (options.all) callback(null, usable)
        else callback(null, usable[0]!.address, usable[0]!.family)
      },
      (error: NodeJS.ErrnoException) => callback(error, []),
    )
  }
}

/** One address that is not public is enough to refuse the host. */
function addressRefusal(host: string, addresses: readonly string[]): string | undefined {
  for (const address of addresses) {
    const kind = notPublicBecause(address)
    if (kind !== undefined)
      return `${host} is at an address that is not public (${kind}); allow_private: true would permit it`
  }
  return undefined
}

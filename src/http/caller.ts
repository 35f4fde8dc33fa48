/** Which requests are answered at all: the ones from this host's own programs. @module */
import { type Refusal, refuse } from '../domain/errors.js'
import type { HttpOptions } from './options.js'

/** A page elsewhere on the web can make a browser on this host send requests here; these two headers give it away. */
export function refuseForeign(
  options: Pick<HttpOptions, 'hosts' | 'origins'>,
  host: string | undefined,
  origin: string | undefined,
): Refusal | undefined {
  if (origin !== undefined && !(options.origins ?? []).includes(origin)) {
    return refuse('FORBIDDEN', {
      message: `Requests from the origin ${origin.slice(0, 100)} are not accepted`,
    })
  }
  if (!options.hosts || host === undefined || (host === latest && options.hosts === latestAmong))
    return undefined
  if (!options.hosts.includes(hostName(host))) {
    return refuse('FORBIDDEN', {
      message: `The host ${hostName(host).slice(0, 100)} is not one of this gate's names`,
    })
  }
  latest = host
  latestAmong = options.hosts
  return undefined
}

// Callers mostly write the same host as the one before.
let latest: string | undefined
let latestAmong: readonly string[] | undefined

/** `localhost:8080` and `[::1]:8080` without the port. */
function hostName(host: string): string {
  return host.replace(/:\d+$/, '').toLowerCase()
}

/** Names by which programs on this host reach a loopback listener. */
export const loopbackHosts: readonly string[] = ['localhost', '127.0.0.1', '[::1]']

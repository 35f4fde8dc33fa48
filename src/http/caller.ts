/** Which requests are answered at all: the ones from this host's own programs. @module */
import { type Refusal, refuse } from '../domain/errors.js'
import type { HttpOptions } from './options.js'

/** @returns why a request with these headers is not answered; undefined where it is */
export type RefuseForeign = (host: string | undefined, origin: string | undefined) => Refusal | undefined

/** A page elsewhere on the web can make a browser on this host send requests here; these two headers give it away. */
export function foreignRefusal({
  hosts,
  origins = [],
}: Pick<HttpOptions, 'hosts' | 'origins'>): RefuseForeign {
  // Callers mostly write the same host as the one before.
  let latest: string | undefined
  return (host, origin) => {
    if (origin !== undefined && !origins.includes(origin)) {
      return refuse('FORBIDDEN', {
        message: `Requests from the origin ${origin.slice(0, 100)} are not accepted`,
      })
    }
    if (!hosts || host === undefined || host === latest) return undefined
    if (!hosts.includes(hostName(host))) {
      return refuse('FORBIDDEN', {
        message: `The host ${hostName(host).slice(0, 100)} is not one of this gate's names`,
      })
    }
    latest = host
    return undefined
  }
}

/** `localhost:8080` and `[::1]:8080` without the port. */
function hostName(host: string): string {
  return host.replace(/:\d+$/, '').toLowerCase()
}

/** Names by which programs on this host reach a loopback listener. */
export const loopbackHosts: readonly string[] = ['localhost', '127.0.0.1', '[::1]']

/** Who is calling. @module */
import { type Refusal, refuse } from '../domain/errors.js'
import type { Identity } from '../domain/identity.js'
import { hasControl, isLongerThan } from './wire/body.js'

/** The headers that say who calls; undefined where a header is absent. */
export interface Credentials {
  readonly authorization: string | undefined
  readonly userId: string | undefined
  readonly userEmail: string | undefined
}

export type Identify = (credentials: Credentials) => Identity | Refusal

/**
 * Open mode: no secret is checked. Tenant and client are the Basic user name, else `community`; the user is `X-User-ID`,
 * then `X-User-Email`. Only for a listener that nobody but this host can reach.
 */
export function openIdentity(org: string): Identify {
  const known = new Map<string, Identity | Refusal>()
  const identify = ({ authorization, userId, userEmail }: Credentials): Identity | Refusal => {
    const key = `${authorization ?? ''}\n${userId ?? ''}\n${userEmail ?? ''}`
    const before = known.get(key)
    if (before) return before
    const client = basicUser(authorization)
    const user = userId?.trim() || userEmail?.trim() || undefined
    const identity: Identity | Refusal =
      client === undefined
        ? refuse('UNAUTHORIZED')
        : (tooLongName('X-User-ID', userId) ??
          tooLongName('X-User-Email', userEmail) ?? {
            org,
            tenant: client,
            client,
            ...(user === undefined ? {} : { user }),
            ...(userEmail?.trim() ? { email: userEmail.trim() } : {}),
            open: true,
          })
    if (known.size >= 1024) known.clear()
    known.set(key, identity)
    return identity
  }
  // Mostly the same as the one before, which is sooner told than looked up.
  let latest: Credentials | undefined
  let latestIs: Identity | Refusal | undefined
  return (credentials) => {
    if (!latestIs || !latest || !isSame(credentials, latest)) {
      latestIs = identify(credentials)
      latest = credentials
    }
    return latestIs
  }
}

/** Names are kept as long as ids are (WCP §2.4). */
function tooLongName(header: string, name: string | undefined): Refusal | undefined {
  if (name === undefined || !isLongerThan(255, name.trim())) return undefined
  return refuse('BAD_REQUEST', { message: `${header} must be at most 255 characters` })
}

const isSame = (a: Credentials, b: Credentials): boolean =>
  a.authorization === b.authorization && a.userId === b.userId && a.userEmail === b.userEmail

/** The user name of Basic credentials (RFC 7617); `community` without any; undefined when they cannot be read. */
function basicUser(authorization: string | undefined): string | undefined {
  const match = /^Basic +([A-Za-z0-9+/=_-]*)\s*$/i.exec(authorization ?? '')
  if (!match) return authorization === undefined || !/^Basic\b/i.test(authorization) ? 'community' : undefined
  const decoded = Buffer.from(match[1] as string, 'base64').toString('utf8')
  const colon = decoded.indexOf(':')
  const name = colon < 0 ? decoded : decoded.slice(0, colon)
  if (name.length > 255 || hasControl(name) || name.includes('\ufffd')) return undefined
  return name.trim() === '' ? 'community' : name
}

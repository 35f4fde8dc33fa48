/** Who is calling. @module */

/**
 * The authenticated caller. Tenant and client never come from a body. In open mode the Basic user name is tenant and
 * client, and the user is whoever the trusted localhost caller says it is.
 */
export interface Identity {
  readonly org: string
  readonly tenant: string
  readonly client: string
  /** `X-User-ID`, else `X-User-Email`. */
  readonly user?: string
  readonly email?: string
  readonly role?: string
  /** No authentication is configured: everyone on this host is trusted with any name, and the record says so. */
  readonly open: boolean
}

/** The name that the record keeps for somebody who decides: the user where one is known, else the client. */
export const actor = (identity: Identity): string => identity.user ?? identity.client

/** What the HTTP room is given. @module */
import type { Stepgate } from '../control/stepgate.js'
import type { Revision } from '../policy/engine/revision.js'
import type { Identify } from './identity.js'

/** Whether the process can do its work, and what stands in the way. */
export interface Readiness {
  readonly ready: boolean
  readonly details: Readonly<Record<string, unknown>>
}

export interface HttpOptions {
  readonly stepgate: Stepgate
  /** Who is calling; default: open mode. */
  readonly identify: Identify
  /** The live policy revision, or undefined while none is loaded. */
  readonly revision: () => Revision | undefined
  readonly readiness: () => Readiness
  /** Base of the reviewers' link in `approval_url`, without a trailing slash; absent: no link. */
  readonly publicUrl?: string
  readonly version: string
  /** Host names that requests may name; absent: any. Open mode lists the loopback names, against DNS rebinding. */
  readonly hosts?: readonly string[]
  /** Origins whose pages may call; a request with any other `Origin` is refused. */
  readonly origins?: readonly string[]
  /** Told of errors that became a 500. */
  readonly onError?: (error: unknown, requestId: string | undefined) => void
  /** Unix milliseconds. */
  readonly now?: () => number
}

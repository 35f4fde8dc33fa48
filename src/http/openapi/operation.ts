/** One route, as the document tells of it. @module */
import type { ErrorCode } from '../../domain/errors.js'
import type { Envelope } from '../wire/errors.js'
import type { schemas } from './schemas.js'

/** What one route takes and answers. */
export interface Operation {
  readonly id: string
  readonly summary: string
  readonly reply: {
    readonly status: number
    readonly shape?: keyof typeof schemas
    /** Default `application/json`. */
    readonly media?: string
  }
  readonly body?: { readonly shape: keyof typeof schemas; readonly optional?: boolean }
  readonly query?: Readonly<Record<string, string>>
  readonly refuses?: readonly ErrorCode[]
  /** The body of its refusals; default `triplet`. */
  readonly envelope?: Envelope
  /** Answered without credentials. */
  readonly open?: boolean
}

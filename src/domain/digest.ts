/** Digests of content. @module */

import * as crypto from 'node:crypto'
import { createHash } from 'node:crypto'

// One-shot hashing is twice as fast for small texts; it came with Node 20.12 and 21.7.
const oneShot = (
  crypto as {
    hash?: (algorithm: string, data: string, encoding: 'hex') => string
  }
).hash

/** SHA-256 of a UTF-8 text, in hex. */
export function sha256(text: string): string {
  return oneShot ? oneShot('sha256', text, 'hex') : createHash('sha256').update(text).digest('hex')
}

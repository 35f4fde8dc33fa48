/** `crypto.*`: digests and message authentication codes, in hexadecimal. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { type Builtin, bytesOperand } from './operand.js'

const digest =
  (algorithm: string): Builtin =>
  (message) =>
    createHash(algorithm).update(bytesOperand(message)).digest('hex')

const hmac =
  (algorithm: string): Builtin =>
  (message, key) =>
    createHmac(algorithm, bytesOperand(key)).update(bytesOperand(message)).digest('hex')

/** Equality of two strings in a time that tells nothing but whether they are of one length. */
export const equalBytes = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b)

export const cryptoBuiltins: Readonly<Record<string, Builtin>> = {
  'crypto.md5': digest('md5'),
  'crypto.sha1': digest('sha1'),
  'crypto.sha256': digest('sha256'),
  'crypto.hmac.md5': hmac('md5'),
  'crypto.hmac.sha1': hmac('sha1'),
  'crypto.hmac.sha256': hmac('sha256'),
  'crypto.hmac.sha512': hmac('sha512'),
  'crypto.hmac.equal': (a, b) => equalBytes(bytesOperand(a), bytesOperand(b)),
}

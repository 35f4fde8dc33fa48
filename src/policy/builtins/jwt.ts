/** `io.jwt.*` that need neither a clock nor a key pair: reading tokens, and checking those signed with a secret. */
import { createHmac } from 'node:crypto'
import { replacedText } from './bytes.js'
import { equalBytes } from './crypto.js'
import { base64UrlBytes } from './encoding.js'
import { readJson } from './json-text.js'
import { type Builtin, bytesOperand, fail, stringOperand } from './operand.js'
import { RegoObject, type Term, withoutTrailing } from './term.js'

/** The three parts of a compact token, as they are written. */
interface Token {
  readonly header: string
  readonly payload: string
  readonly signature: string
}

function tokenOf(text: string): Token {
  const [header, payload, signature, ...more] = text.split('.')
  if (header === undefined || payload === undefined || signature === undefined || more.length > 0)
    return fail('encoded JWT must have 3 sections')
  return { header, payload, signature }
}

/** Header, payload and signature (hexadecimal), none of them believed. A token inside a token is opened too. */
function decode(text: string): Term[] {
  const token = tokenOf(text)
  const header = jsonObject(base64UrlBytes(token.header))
  if (header.has('enc')) return fail('JWT is a JWE object, which is not supported')
  const payload = base64UrlBytes(token.payload)
  // OPA panics where the content type is no string.
  if (header.has('cty') && stringOperand(header.get('cty')) === 'JWT')
    return decode(withoutTrailing(replacedText(payload).replace(/^["']+/, ''), '"\''))
  return [header, jsonObject(payload), base64UrlBytes(token.signature).toString('hex')]
}

function jsonObject(bytes: Buffer): RegoObject {
  const term = readJson(replacedText(bytes))
  return term instanceof RegoObject ? term : fail('decoded JSON type was not an Object')
}

const verify =
  (algorithm: string): Builtin =>
  (text, secret) => {
    const token = tokenOf(stringOperand(text))
    const mac = createHmac(algorithm, bytesOperand(secret))
      .update(`${token.header}.${token.payload}`)
      .digest()
    return equalBytes(base64UrlBytes(token.signature), mac)
  }

export const jwtBuiltins: Readonly<Record<string, Builtin>> = {
  'io.jwt.decode': (text) => decode(stringOperand(text)),
  'io.jwt.verify_hs256': verify('sha256'),
  'io.jwt.verify_hs384': verify('sha384'),
  'io.jwt.verify_hs512': verify('sha512'),
}

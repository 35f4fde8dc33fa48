/** Rego's own notation for values, which the compiled policy reads: JSON with sets and any term as a key. */
import { bytesOf, isText } from './bytes.js'
import { BuiltinHalt } from './operand.js'
import { isArray, isNumber, numberText, RegoObject, type Term } from './term.js'

/**
 * Writes one value. A set is `{1, 2}` and `set()`. A string that is not UTF-8, which the policy's memory takes no other
 * way, stands there as another one of as many bytes.
 * @param onBytes told of each such string
 * @throws RangeError for a number that is not finite
 * @throws BuiltinHalt for a string that is not UTF-8 in a set, or as a key: it could not take its place there later
 */
export function writeTerm(term: Term, onBytes: () => void): string {
  if (term === null || typeof term === 'boolean') return String(term)
  if (typeof term === 'string') return isText(term) ? JSON.stringify(term) : placeFor(term, onBytes)
  if (isNumber(term)) {
    if (typeof term === 'number' && !Number.isFinite(term)) throw new RangeError(`${term} is no Rego number`)
    return numberText(term)
  }
  if (isArray(term)) return `[${term.map((each) => writeTerm(each, onBytes)).join()}]`
  if (term instanceof RegoObject)
    return `{${[...term].map(([key, value]) => `${writeKey(key)}:${writeTerm(value, onBytes)}`).join()}}`
  return term.size === 0 ? 'set()' : `{${[...term].map(writeKey).join()}}`
}

const writeKey = (term: Term): string =>
  writeTerm(term, () => {
    throw new BuiltinHalt('a string that is not UTF-8 in a set, or as a key')
  })

function placeFor(text: string, onBytes: () => void): string {
  onBytes()
  return `"${'-'.repeat(bytesOf(text).length)}"`
}

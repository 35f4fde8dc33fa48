/** Rego's own notation for values, which the compiled policy reads: JSON with sets and any term as a key. */
import { isText } from './bytes.js'
import { fail } from './operand.js'
import { isArray, isNumber, numberText, RegoObject, type Term } from './term.js'

/**
 * Writes one value. A set is `{1, 2}` and `set()`.
 * @throws BuiltinError for a string that is not UTF-8: the policy's memory takes no other
 * @throws RangeError for a number that is not finite
 */
export function writeTerm(term: Term): string {
  if (term === null || typeof term === 'boolean') return String(term)
  if (typeof term === 'string')
    return isText(term) ? JSON.stringify(term) : fail('a string that is not UTF-8')
  if (isNumber(term)) {
    if (typeof term === 'number' && !Number.isFinite(term)) throw new RangeError(`${term} is no Rego number`)
    return numberText(term)
  }
  if (isArray(term)) return `[${term.map(writeTerm).join()}]`
  if (term instanceof RegoObject)
    return `{${[...term].map(([key, value]) => `${writeTerm(key)}:${writeTerm(value)}`).join()}}`
  return term.size === 0 ? 'set()' : `{${[...term].map(writeTerm).join()}}`
}

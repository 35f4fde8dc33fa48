/** Values as OPA prints them: `{"a": 1, "b": {1, 2}}`. */
import { goQuote } from './go-quote.js'
import { sortedEntries, sortedMembers } from './order.js'
import { isArray, isNumber, numberText, RegoObject, RegoSet, type Term } from './term.js'

export function termText(term: Term): string {
  if (typeof term === 'string') return goQuote(term)
  if (isNumber(term)) return numberText(term)
  if (isArray(term)) return `[${term.map(termText).join(', ')}]`
  if (term instanceof RegoSet)
    return term.size === 0 ? 'set()' : `{${sortedMembers(term).map(termText).join(', ')}}`
  if (term instanceof RegoObject)
    return `{${sortedEntries(term)
      .map(([key, value]) => `${termText(key)}: ${termText(value)}`)
      .join(', ')}}`
  return String(term)
}

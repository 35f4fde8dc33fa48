/** `object.subset`: whether one collection holds all of another. Objects are compared deeply, other collections not. */
import { type Builtin, fail } from './operand.js'
import { equalTerms, isArray, RegoObject, RegoSet, type Term, termKey } from './term.js'

function subset(all: Term, part: Term): boolean | undefined {
  if (all instanceof RegoObject && part instanceof RegoObject) return objectHolds(all, part)
  if (all instanceof RegoSet && part instanceof RegoSet) return [...part].every((term) => all.has(term))
  if (isArray(all) && isArray(part)) return arrayHolds(all, part)
  return undefined
}

const objectHolds = (all: RegoObject, part: RegoObject): boolean =>
  [...part].every(([key, wanted]) => {
    const found = all.get(key)
    return found !== undefined && (equalTerms(found, wanted) || subset(found, wanted) === true)
  })

// In one piece and in order.
function arrayHolds(all: readonly Term[], part: readonly Term[]): boolean {
  const [haystack, needle] = [all.map(termKey), part.map(termKey)]
  return Array.from({ length: all.length - part.length + 1 }, (_, at) => at).some((at) =>
    needle.every((key, i) => haystack[at + i] === key),
  )
}

// OPA counts hits rather than members found, so a member twice in the array stands for two.
function arrayHoldsSet(all: readonly Term[], part: RegoSet): boolean {
  const hits = all.filter((term) => part.has(term)).length
  return part.size === 0 ? all.length > 0 : hits >= part.size
}

export const objectBuiltins: Readonly<Record<string, Builtin>> = {
  'object.subset': (all, part) => {
    if (isArray(all!) && part instanceof RegoSet) return arrayHoldsSet(all, part)
    return subset(all!, part!) ?? fail('must be of the same type, or array and set')
  },
}

/** `json.filter` and `json.remove`: what paths lead to. A path is a JSON pointer or an array of keys. */
import { pathOf } from './json-patch.js'
import { type Builtin, membersOperand, objectOperand } from './operand.js'
import { sortedMembers } from './order.js'
import { isArray, RegoObject, RegoSet, type Term, termKey } from './term.js'

/** What a key leads to: further keys, or the end of a path and so everything below. */
type Branch = Map<string, Branch> | 'all'

// A path goes no further than where another ended before it, and one that ends where another goes on takes its place.
function branchesOf(paths: Term | undefined): Map<string, Branch> {
  const root = new Map<string, Branch>()
  for (const path of (paths instanceof RegoSet ? sortedMembers(paths) : membersOperand(paths)).map(pathOf)) {
    if (path.length === 0) continue
    let at: Branch = root
    for (const key of path.slice(0, -1).map(termKey)) {
      if (!at.has(key)) at.set(key, new Map())
      const next: Branch = at.get(key)!
      if (next === 'all') {
        at = new Map()
        break
      }
      at = next
    }
    at.set(termKey(path.at(-1)!), 'all')
  }
  return root
}

// A set's members are their own keys, an array's positions are strings.
function children(term: Term): readonly (readonly [key: Term, value: Term])[] {
  if (term instanceof RegoObject) return [...term]
  return isArray(term)
    ? term.map((value, i) => [String(i), value])
    : [...(term as RegoSet)].map((value) => [value, value])
}

function rebuilt(term: Term, entries: readonly (readonly [Term, Term])[]): Term {
  if (term instanceof RegoObject) return new RegoObject(entries)
  const values = entries.map(([, value]) => value)
  return isArray(term) ? values : new RegoSet(values)
}

const isCollection = (term: Term): boolean =>
  isArray(term) || term instanceof RegoSet || term instanceof RegoObject

/** The collection with each child as `of` has it; it goes where that has nothing. */
function withChildren(
  term: Term,
  branches: Map<string, Branch>,
  of: (value: Term, branch: Branch | undefined) => readonly Term[],
): Term {
  if (!isCollection(term)) return term
  const kept = children(term).flatMap(([key, value]) =>
    of(value, branches.get(termKey(key))).map((each) => [key, each] as const),
  )
  return rebuilt(term, kept)
}

const filtered = (term: Term, branches: Map<string, Branch>): Term =>
  withChildren(term, branches, (value, branch) => {
    if (branch === undefined) return []
    return [branch === 'all' ? value : filtered(value, branch)]
  })

const removed = (term: Term, branches: Map<string, Branch>): Term =>
  withChildren(term, branches, (value, branch) => {
    if (branch === undefined) return [value]
    return branch === 'all' ? [] : [removed(value, branch)]
  })

export const jsonPathBuiltins: Readonly<Record<string, Builtin>> = {
  'json.filter': (object, paths) => filtered(objectOperand(object), branchesOf(paths)),
  'json.remove': (object, paths) => removed(objectOperand(object), branchesOf(paths)),
}

/**
 * `json.patch`: RFC 6902 over Rego's values, with OPA's liberties: paths may be arrays of keys, sets have their members
 * for keys, and a path need not start with a slash. Where OPA 1.22 fails the RFC (a second operation that reaches into
 * an array whose members an earlier one moved takes the wrong member, or panics), this follows the RFC.
 */
import { arrayOperand, type Builtin, fail, integerOf, integerOfText, objectOperand } from './operand.js'
import { equalTerms, isArray, isNumber, RegoObject, RegoSet, type Term } from './term.js'

type Path = readonly Term[]

/** A JSON pointer or an array of keys, as keys. */
export function pathOf(term: Term | undefined): Path {
  if (term !== undefined && isArray(term)) return term
  if (typeof term !== 'string') return fail('a path must be a string or an array')
  if (term === '') return []
  const segments = term.replace(/^\/+/, '').split('/')
  return segments.map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** The value at a path. */
function find(term: Term, [key, ...rest]: Path): Term {
  return key === undefined ? term : find(child(term, key), rest)
}

function child(term: Term, key: Term): Term {
  if (term instanceof RegoObject) return term.get(key) ?? missing(term.has(key))
  if (term instanceof RegoSet) return term.has(key) ? key : fail('no such path')
  if (!isArray(term)) return fail('no collection')
  return term[indexOf(term, key, term.length - 1)]!
}

// A null that is there is found.
const missing = (there: boolean): null => (there ? null : fail('no such path'))

function insert(term: Term, [key, ...rest]: Path, value: Term): Term {
  if (key === undefined) return value
  if (rest.length > 0) return replaceChild(term, key, insert(child(term, key), rest, value))
  if (term instanceof RegoObject) return term.with(key, value)
  if (term instanceof RegoSet)
    return equalTerms(key, value) ? new RegoSet([...term, value]) : fail('no such member')
  if (!isArray(term)) return fail('no collection')
  return term.toSpliced(indexOf(term, key, term.length), 0, value)
}

function remove(term: Term, [key, ...rest]: Path): Term {
  if (key === undefined) return fail('nothing would be left')
  const found = child(term, key)
  if (rest.length > 0) return replaceChild(term, key, remove(found, rest))
  if (term instanceof RegoObject) return term.without(key)
  if (term instanceof RegoSet) return new RegoSet([...term].filter((member) => !equalTerms(member, key)))
  return (term as readonly Term[]).toSpliced(indexOf(term as readonly Term[], key), 1)
}

function replaceChild(term: Term, key: Term, value: Term): Term {
  if (term instanceof RegoObject) return term.with(key, value)
  if (term instanceof RegoSet)
    return new RegoSet([...[...term].filter((member) => !equalTerms(member, key)), value])
  return (term as readonly Term[]).with(indexOf(term as readonly Term[], key), value)
}

// `-` is behind the last member.
function indexOf(array: readonly Term[], key: Term, most: number = array.length - 1): number {
  const index = key === '-' ? BigInt(array.length) : indexIn(key)
  return index !== undefined && index >= 0n && index <= BigInt(most) ? Number(index) : fail('no such index')
}

function indexIn(key: Term): bigint | undefined {
  if (isNumber(key)) return integerOf(key)
  return typeof key === 'string' && (key === '0' || key[0] !== '0') ? integerOfText(key) : undefined
}

function apply(document: Term, operation: RegoObject): Term {
  const path = pathOf(operation.get('path'))
  const value = () => operation.get('value') ?? (operation.has('value') ? null : fail('missing value'))
  const from = () => pathOf(operation.get('from'))
  switch (operation.get('op')) {
    case 'add':
      return insert(document, path, value())
    case 'remove':
      return remove(document, path)
    case 'replace':
      return insert(path.length === 0 ? document : remove(document, path), path, value())
    case 'move': {
      const moved = find(document, from())
      return insert(
        from().length === 0 && path.length === 0 ? document : remove(document, from()),
        path,
        moved,
      )
    }
    case 'copy':
      return insert(document, path, find(document, from()))
    case 'test':
      return equalTerms(find(document, path), value()) ? document : fail('another value')
    default:
      return fail('unrecognized op')
  }
}

export const jsonPatchBuiltins: Readonly<Record<string, Builtin>> = {
  'json.patch': (document, operations) =>
    arrayOperand(operations).map(objectOperand).reduce(apply, document!),
}

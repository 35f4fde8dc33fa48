/**
 * Which members of the input, and of these, a policy can read. Handing over those alone spares OPA's runtime the parsing of
 * all the others, the texts in `step_input` before all, which is most of what an evaluation costs.
 *
 * Decided by the text of the modules, and rather too much: whatever is not plainly the name of a member, or could lead
 * to another policy, counts as reading everything.
 * @module
 */
import type { InputPath } from '../engine/compiled-shard.js'
import type { Library } from '../language/assemble-policies.js'
import { templateLibrary } from '../language/reason-template.js'
import type { Policy } from '../policy.js'
import { textsOf } from './compile-shard.js'
import { librariesUsedBy } from './library-use.js'
import { writtenNames } from './written-names.js'

/** What is read, sorted; undefined: anything. */
export type InputUse = readonly InputPath[] | undefined

// The library of reasons fills in fields that its callers name.
const shown = /\btemplate\.shown\(\[("(?:[^"\\\n]|\\.)*")(?:, ("(?:[^"\\\n]|\\.)*"))?/g

// A policy of a file that did not change keeps its object; without libraries nothing else has a say.
const known = new WeakMap<Policy, { readonly use: InputUse }>()

/** The members that the policy, and the libraries it uses, may read; `facts` is not among them. */
export function inputUse(policy: Policy, libraries: readonly Library[]): InputUse {
  const before = known.get(policy)
  if (before) return before.use
  const texts = textsOf([policy])
  const used = librariesUsedBy(texts, libraries)
  const generated = policy.origin.language === 'yaml'
  const read = used.filter(({ path }) => !(generated && path === templateLibrary.path))
  const use = pathsIn([...texts, ...read.map(({ rego }) => rego)], generated)
  if (read.length === 0) known.set(policy, { use })
  return use
}

function pathsIn(texts: readonly string[], generated: boolean): InputUse {
  const paths: InputPath[] = []
  for (const text of texts) {
    const written = writtenNames(text)
    if (written === undefined) return undefined
    for (const { root, names } of written) {
      const [first, second] = names
      // The one name that an object literal cannot be given.
      if (first === undefined || first === '__proto__') return undefined
      if (root === 'input') paths.push(pathOf(first, second))
      else if (first === 'stepgate' && second !== 'lib') return undefined
    }
    if (!generated) continue
    for (const [, first, second] of text.matchAll(shown))
      paths.push(pathOf(unquoted(first!), second && unquoted(second)))
  }
  return withoutInner(paths)
}

const pathOf = (first: string, second: string | undefined): InputPath =>
  second === undefined || second === '__proto__' ? [first] : [first, second]

/** Each once, and none that stands in another. */
function withoutInner(paths: readonly InputPath[]): readonly InputPath[] {
  const whole = new Set(paths.filter(({ length }) => length === 1).map(([first]) => first))
  const kept = paths.filter(
    ([first, second]) => first !== 'facts' && (second === undefined || !whole.has(first)),
  )
  const distinct = new Map(kept.map((path) => [path.join('\0'), path]))
  return [...distinct].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path)
}

const unquoted = (text: string): string => JSON.parse(text) as string

/**
 * Which members of the input a policy can read. Handing over those alone spares OPA's runtime the parsing of all the
 * others, `step_input` before all, which is most of what an evaluation costs.
 *
 * Decided by the text of the modules, and rather too much: whatever is not plainly the name of a member, or could lead
 * to another policy, counts as reading everything.
 * @module
 */
import type { Library } from '../language/assemble-policies.js'
import { templateLibrary } from '../language/reason-template.js'
import type { Policy } from '../policy.js'
import { modulesOf } from './compile-shard.js'
import { librariesUsedBy } from './library-use.js'

/** Names of top-level members, sorted; undefined: any. */
export type InputUse = readonly string[] | undefined

// Strings, comments, and what is looked for outside of them: each alternative either swallows or captures.
const token =
  /"(?:[^"\\\n]|\\.)*"|`[^`]*`|#[^\n]*|\b(input|data)\b((?:\s*\.\s*[A-Za-z_]\w*|\["(?:[^"\\\n]|\\.)*"\])*)/g
const name = /\.\s*(\w+)|\["((?:[^"\\\n]|\\.)*)"\]/g
/** Strings with expressions in them. */
const templateString = /\$["`]/
// The library of reasons fills in fields that its callers name.
const shown = /\btemplate\.shown\(\["((?:[^"\\\n]|\\.)*)"/g

// A policy of a file that did not change keeps its object; without libraries nothing else has a say.
const known = new WeakMap<Policy, { readonly use: InputUse }>()

/** The members that the policy, and the libraries it uses, may read; `facts` is not among them. */
export function inputUse(policy: Policy, libraries: readonly Library[]): InputUse {
  const before = known.get(policy)
  if (before) return before.use
  const texts = modulesOf(policy).map(({ rego }) => rego)
  const used = librariesUsedBy(texts, libraries)
  const generated = policy.origin.language === 'yaml'
  const read = used.filter(({ path }) => !(generated && path === templateLibrary.path))
  const use = namesIn([...texts, ...read.map(({ rego }) => rego)], generated)
  if (read.length === 0) known.set(policy, { use })
  return use
}

function namesIn(texts: readonly string[], generated: boolean): InputUse {
  const names = new Set<string>()
  for (const text of texts) {
    if (templateString.test(text)) return undefined
    for (const [, root, path = ''] of text.matchAll(token)) {
      if (root === undefined) continue
      const [first, second] = [...path.matchAll(name)].map(([, plain, quoted]) => plain ?? unquoted(quoted!))
      // The one name that an object literal cannot be given.
      if (first === undefined || first === '__proto__') return undefined
      if (root === 'input') names.add(first)
      else if (first === 'stepgate' && second !== 'lib') return undefined
    }
    if (generated) for (const [, quoted] of text.matchAll(shown)) names.add(unquoted(quoted!))
  }
  names.delete('facts')
  return [...names].sort()
}

const unquoted = (text: string): string => JSON.parse(`"${text}"`) as string

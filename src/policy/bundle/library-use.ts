/**
 * Which libraries a module may use. Decided by its text, and rather one too many: a library that is missing makes a
 * rule undefined without a word.
 * @module
 */

import type { Library } from '../language/assemble-policies.js'

// The name after `stepgate.lib`, where it is written out; `stepgate` alone may stand for anything below it.
const mention = /\bstepgate\b(?:\.(lib|policy)\b(?:\.(\w+))?)?/g

/** The libraries that the texts mention, and those that these mention, in path order. */
export function librariesUsedBy(texts: readonly string[], libraries: readonly Library[]): readonly Library[] {
  const used = new Set<Library>()
  const rest = [...texts]
  for (let text = rest.pop(); text !== undefined; text = rest.pop()) {
    const names = namesIn(text)
    for (const library of libraries) {
      if (used.has(library) || !(names === 'any' || names.has(library.packagePath[2] ?? ''))) continue
      used.add(library)
      rest.push(library.rego)
    }
  }
  return [...used].sort((a, b) => (a.path < b.path ? -1 : 1))
}

function namesIn(text: string): ReadonlySet<string> | 'any' {
  const names = new Set<string>()
  for (const [, room, name] of text.matchAll(mention)) {
    if (room === 'policy') continue
    if (room === undefined || name === undefined) return 'any'
    names.add(name)
  }
  return names
}

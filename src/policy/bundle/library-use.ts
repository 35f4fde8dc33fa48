/**
 * Which libraries a module may use. Decided by its text, and rather one too many: a library that is missing makes a
 * rule undefined without a word.
 * @module
 */

import type { Library } from '../language/assemble-policies.js'
import { writtenNames } from './written-names.js'

/** The libraries that the texts may reach, and those that these may reach, in path order. */
export function librariesUsedBy(texts: readonly string[], libraries: readonly Library[]): readonly Library[] {
  const used = new Set<Library>()
  const rest = [...texts]
  for (let text = rest.pop(); text !== undefined && used.size < libraries.length; text = rest.pop()) {
    const names = namesIn(text)
    for (const library of libraries) {
      if (used.has(library) || !(names === 'any' || names.has(library.packagePath[2] ?? ''))) continue
      used.add(library)
      rest.push(library.rego)
    }
  }
  return [...used].sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** The names that follow `data.stepgate.lib`; any, where one of these four may be another or is left out. */
function namesIn(text: string): ReadonlySet<string> | 'any' {
  const written = writtenNames(text)
  if (written === undefined) return 'any'
  const names = new Set<string>()
  for (const { root, names: path } of written) {
    const [first = 'stepgate', room = 'lib', name] = path
    if (root === 'input' || first !== 'stepgate' || room !== 'lib') continue
    if (name === undefined) return 'any'
    names.add(name)
  }
  return names
}

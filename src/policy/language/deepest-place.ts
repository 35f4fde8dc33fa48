import type { Location } from './rego-ast.js'

// Strings, comments and brackets: each alternative either swallows or counts.
const token = /"(?:[^"\\\n]|\\.)*"|`[^`]*`|#[^\n]*|[[({]|[\])}]/g

/** Where brackets nest deepest in a text of Rego; undefined where there are none. Columns count characters. */
export function deepestPlace(rego: string): Location | undefined {
  let depth = 0
  let most = 0
  let at: number | undefined
  for (const { 0: found, index } of rego.matchAll(token)) {
    if (/^[\])}]/.test(found)) depth--
    else if (/^[[({]/.test(found) && ++depth > most) {
      most = depth
      at = index
    }
  }
  if (at === undefined) return undefined
  const before = rego.slice(0, at)
  const line = before.lastIndexOf('\n') + 1
  return { row: before.split('\n').length, col: [...before.slice(line)].length + 1 }
}

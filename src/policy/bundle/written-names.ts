/**
 * Where the text of a module names the input or data, and what plainly follows.
 * @module
 */

/** `data.stepgate["lib"][name]`: of data, `stepgate` and `lib`. */
export interface WrittenName {
  readonly root: 'input' | 'data'
  /** Up to the first that is not written out as it is: computed, or with escapes that Rego and we may read otherwise. */
  readonly names: readonly string[]
}

// Strings, comments, and what is looked for outside of them: each alternative either swallows or captures.
const token =
  /"(?:[^"\\\n]|\\.)*"|`[^`]*`|#[^\n]*|\b(input|data)\b((?:\s*\.\s*[A-Za-z_]\w*|\["(?:[^"\\\n]|\\.)*"\])*)/g
const name = /\.\s*(\w+)|\[("(?:[^"\\\n]|\\.)*")\]/g

/** All such places; undefined where there may be more: in a string with expressions in it. */
export function writtenNames(text: string): readonly WrittenName[] | undefined {
  const found: WrittenName[] = []
  for (const { 1: root, 2: path = '', index } of text.matchAll(token)) {
    // Before a string it makes of it one with expressions in it.
    if (text[index - 1] === '$') return undefined
    if (root !== undefined) found.push({ root: root as WrittenName['root'], names: plainNames(path) })
  }
  return found
}

function plainNames(path: string): string[] {
  const names: string[] = []
  for (const [, plain, quoted = ''] of path.matchAll(name)) {
    const each = plain ?? unquoted(quoted)
    if (each === undefined) break
    names.push(each)
  }
  return names
}

/** A string without its quotes. Rego lets it hold tabs, which JSON does not. */
function unquoted(text: string): string | undefined {
  if (!text.includes('\\')) return text.slice(1, -1)
  return text.includes('\\u') ? undefined : (JSON.parse(text) as string)
}

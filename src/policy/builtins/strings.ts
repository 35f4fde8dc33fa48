/**
 * The string functions that are not compiled in, and `replace`, which never returns there where an empty text is to be replaced.
 * Positions and lengths are in code points, as in OPA.
 */
import { type Builtin, fail, integerOperand, membersOperand, stringOperand } from './operand.js'
import type { Term } from './term.js'

const strings = (term: Term | undefined): string[] =>
  typeof term === 'string' ? [stringOperand(term)] : membersOperand(term).map(stringOperand)

const anyMatch =
  (matches: (text: string, affix: string) => boolean): Builtin =>
  (texts, affixes) => {
    const [all, wanted] = [strings(texts), strings(affixes)]
    return all.some((text) => wanted.some((affix) => matches(text, affix)))
  }

function count(text: string, part: string): number {
  return part === '' ? [...text].length + 1 : text.split(part).length - 1
}

// Matches may overlap.
function indexesOf(text: string, part: string): number[] {
  if (part === '') return fail('empty search character')
  const found: number[] = []
  let points = 0
  let from = 0
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) {
    points += [...text.slice(from, at)].length
    from = at
    found.push(points)
  }
  return found
}

// The first n parts, or the last -n of them.
function splitN(text: string, delimiter: string, n: number): string[] {
  const parts = delimiter === '' ? [...text] : text.split(delimiter)
  return n >= 0 ? parts.slice(0, n) : parts.slice(Math.max(parts.length + n, 0))
}

/** An empty text stands before each character, and behind the last. */
function replaced(text: string, part: string, by: string): string {
  return part === '' ? ['', ...text, ''].join(by) : text.split(part).join(by)
}

export const stringBuiltins: Readonly<Record<string, Builtin>> = {
  'strings.any_prefix_match': anyMatch((text, prefix) => text.startsWith(prefix)),
  'strings.any_suffix_match': anyMatch((text, suffix) => text.endsWith(suffix)),
  'strings.count': (text, part) => count(stringOperand(text), stringOperand(part)),
  'strings.split_n': (text, delimiter, n) =>
    splitN(stringOperand(text), stringOperand(delimiter), Number(integerOperand(n))),
  replace: (text, part, by) => replaced(stringOperand(text), stringOperand(part), stringOperand(by)),
  indexof_n: (text, part) => indexesOf(stringOperand(text), stringOperand(part)),
  'glob.quote_meta': (pattern) => stringOperand(pattern).replace(/[*?\\[\]{}]/g, '\\$&'),
  // Without a tracer, as in OPA, its note goes nowhere.
  trace: () => true,
}

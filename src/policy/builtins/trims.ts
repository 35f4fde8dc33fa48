/**
 * `trim`, `trim_left`, `trim_right`. OPA would compile them in, but there each character is looked for in the whole cutset.
 * `trim_space` stays there: its C library has a function of that name, which a call would reach instead of the host.
 */
import { inCharacters } from './bytes.js'
import { type Builtin, stringOperand } from './operand.js'
import type { Term } from './term.js'

/** Where the text goes on behind characters of the set. */
function startBehind(text: string, cutset: ReadonlySet<string>): number {
  let at = 0
  while (at < text.length) {
    const character = String.fromCodePoint(text.codePointAt(at)!)
    if (!cutset.has(character)) break
    at += character.length
  }
  return at
}

/** Where it ends before such, but not before `from`. */
function endBefore(text: string, cutset: ReadonlySet<string>, from: number): number {
  let at = text.length
  while (at > from) {
    const pair = at - 2 >= from ? text.codePointAt(at - 2)! : 0
    const character = pair > 0xffff ? String.fromCodePoint(pair) : text[at - 1]!
    if (!cutset.has(character)) break
    at -= character.length
  }
  return at
}

const trimming =
  (left: boolean, right: boolean): Builtin =>
  (term: Term | undefined, cut: Term | undefined) => {
    const text = stringOperand(term)
    const cutset = new Set(inCharacters(stringOperand(cut)))
    const seen = inCharacters(text)
    const start = left ? startBehind(seen, cutset) : 0
    return text.slice(start, right ? endBefore(seen, cutset, start) : undefined)
  }

export const trimBuiltins: Readonly<Record<string, Builtin>> = {
  trim: trimming(true, true),
  trim_left: trimming(true, false),
  trim_right: trimming(false, true),
}

/**
 * `glob.match`. OPA would compile it in, but there no `*` reaches over the end of a line, and a parenthesis or a dollar
 * sign is not what it says. A pattern becomes a regular expression, so time is linear in the text whatever the pattern.
 */
import { arrayOperand, type Builtin, fail, stringOperand } from './operand.js'
import { searchOf } from './regex.js'
import type { Term } from './term.js'

/** @throws BuiltinError for a pattern that breaks off, or a class that is none */
class GlobReader {
  readonly #characters: readonly string[]
  readonly #wildcard: string
  #at = 0

  constructor(pattern: string, delimiters: readonly string[]) {
    this.#characters = [...pattern]
    this.#wildcard = delimiters.length === 0 ? '.' : `[^${delimiters.map(quoted).join('')}]`
  }

  /** The regular expression for the whole pattern. */
  expression(): string {
    return `(?s)\\A(?:${this.#sequence(false)})\\z`
  }

  #sequence(inBraces: boolean): string {
    let expression = ''
    for (;;) {
      const character = this.#characters[this.#at]
      if (character === undefined) return inBraces ? fail('unclosed {') : expression
      if (inBraces && (character === ',' || character === '}')) return expression
      this.#at++
      expression += this.#term(character)
    }
  }

  #term(character: string): string {
    switch (character) {
      case '?':
        return this.#wildcard
      case '*':
        return this.#passed('*') ? '.*' : `${this.#wildcard}*`
      case '[':
        return this.#class()
      case '{':
        return this.#alternatives()
      case '\\':
        return quoted(this.#next())
      default:
        return quoted(character)
    }
  }

  #alternatives(): string {
    const alternatives: string[] = []
    do alternatives.push(this.#sequence(true))
    while (this.#next() === ',')
    return `(?:${alternatives.join('|')})`
  }

  // Either one range, or characters of which each may be escaped.
  #class(): string {
    const open = this.#passed('!') ? '[^' : '['
    const first = this.#next()
    if (this.#passed('-')) {
      const last = this.#next()
      if (this.#next() !== ']' || last.codePointAt(0)! < first.codePointAt(0)!) return fail('not a range')
      return `${open}${quoted(first)}-${quoted(last)}]`
    }
    this.#at--
    const characters: string[] = []
    for (let next = this.#next(); next !== ']'; next = this.#next())
      characters.push(next === '\\' ? this.#next() : next)
    return characters.length === 0 ? fail('an empty class') : `${open}${characters.map(quoted).join('')}]`
  }

  #next(): string {
    return this.#characters[this.#at++] ?? fail('unexpected end of input')
  }

  #passed(character: string): boolean {
    if (this.#characters[this.#at] !== character) return false
    this.#at++
    return true
  }
}

const quoted = (character: string): string =>
  /[!-/:-@[-`{-~]/.test(character) ? `\\${character}` : character

const known = new Map<string, string>()
const MOST_KNOWN = 10_000

function expressionOf(pattern: string, delimiters: readonly string[]): string {
  const key = `${delimiters.length} ${delimiters.join('')}${pattern}`
  const before = known.get(key)
  if (before !== undefined) return before
  const expression = new GlobReader(pattern, delimiters).expression()
  if (known.size === MOST_KNOWN) known.clear()
  known.set(key, expression)
  return expression
}

// None are dots, and null is none.
function delimitersOperand(term: Term | undefined): readonly string[] {
  if (term === null) return []
  const delimiters = arrayOperand(term).map(stringOperand)
  if (delimiters.some((each) => [...each].length !== 1)) return fail('must be an array of characters')
  return delimiters.length === 0 ? ['.'] : delimiters
}

export const globBuiltins: Readonly<Record<string, Builtin>> = {
  'glob.match': (pattern, delimiters, text) => {
    const [p, d, t] = [stringOperand(pattern), delimitersOperand(delimiters), stringOperand(text)]
    return searchOf(expressionOf(p, d))(t)
  },
}

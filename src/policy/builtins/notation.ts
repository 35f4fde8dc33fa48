/** Rego's own notation for values, which the compiled policy reads and writes: JSON with sets and any term as a key. */
import { isText } from './bytes.js'
import { fail } from './operand.js'
import { isArray, isNumber, numberTerm, numberText, RegoObject, RegoSet, type Term } from './term.js'

/**
 * Reads one value.
 * @throws SyntaxError on anything else
 */
export function readTerm(text: string): Term {
  const reader = new Reader(text)
  const term = reader.term()
  reader.end()
  return term
}

/**
 * Writes one value. A set is `{1, 2}` and `set()`.
 * @throws BuiltinError for a string that is not UTF-8: the policy's memory takes no other
 * @throws RangeError for a number that is not finite
 */
export function writeTerm(term: Term): string {
  if (term === null || typeof term === 'boolean') return String(term)
  if (typeof term === 'string')
    return isText(term) ? JSON.stringify(term) : fail('a string that is not UTF-8')
  if (isNumber(term)) {
    if (typeof term === 'number' && !Number.isFinite(term)) throw new RangeError(`${term} is no Rego number`)
    return numberText(term)
  }
  if (isArray(term)) return `[${term.map(writeTerm).join()}]`
  if (term instanceof RegoObject)
    return `{${[...term].map(([key, value]) => `${writeTerm(key)}:${writeTerm(value)}`).join()}}`
  return term.size === 0 ? 'set()' : `{${[...term].map(writeTerm).join()}}`
}

const SPACES = /\s*/y
const NUMBER = /-?\d[\d.eE+-]*/y
const WORD = /null|true|false|set\(\s*\)/y

class Reader {
  #at = 0

  constructor(readonly text: string) {}

  end(): void {
    if (this.#peek() !== undefined) this.#fail()
  }

  term(): Term {
    switch (this.#peek()) {
      case '"':
        return this.#string()
      case '[':
        return this.#array()
      case '{':
        return this.#objectOrSet()
      case 'n':
      case 't':
      case 'f':
      case 's':
        return this.#word()
      default:
        return numberTerm(this.#match(NUMBER))
    }
  }

  #array(): Term[] {
    const items: Term[] = []
    this.#at++
    while (!this.#closes(']', items.length === 0)) items.push(this.term())
    return items
  }

  // Which of the two it is shows after the first member; `{}` is an object.
  #objectOrSet(): Term {
    const members: Term[] = []
    const entries: (readonly [Term, Term])[] = []
    this.#at++
    while (!this.#closes('}', members.length + entries.length === 0)) {
      const term = this.term()
      if (this.#peek() !== ':') {
        members.push(term)
        continue
      }
      this.#at++
      entries.push([term, this.term()])
    }
    if (members.length === 0) return new RegoObject(entries)
    return entries.length === 0 ? new RegoSet(members) : this.#fail()
  }

  // Before an item: true at the end, otherwise the comma is passed.
  #closes(bracket: string, first: boolean): boolean {
    const next = this.#peek()
    if (next === bracket) {
      this.#at++
      return true
    }
    if (!first) {
      if (next !== ',') this.#fail()
      this.#at++
    }
    return false
  }

  #word(): Term {
    const word = this.#match(WORD)
    if (word === 'null') return null
    return word[0] === 's' ? new RegoSet() : word === 'true'
  }

  // By hand: a pattern that loops over characters overflows its stack on long strings.
  #string(): string {
    const start = this.#at
    for (
      let quote = this.text.indexOf('"', start + 1);
      quote > 0;
      quote = this.text.indexOf('"', quote + 1)
    ) {
      let slashes = 0
      while (this.text[quote - 1 - slashes] === '\\') slashes++
      if (slashes % 2 === 1) continue
      this.#at = quote + 1
      const body = this.text.slice(start + 1, quote)
      return body.includes('\\') ? (JSON.parse(`"${body}"`) as string) : body
    }
    return this.#fail()
  }

  // The next character that is no space.
  #peek(): string | undefined {
    const next = this.text[this.#at]
    if (next !== ' ' && next !== '\n' && next !== '\t' && next !== '\r') return next
    SPACES.lastIndex = this.#at
    SPACES.test(this.text)
    this.#at = SPACES.lastIndex
    return this.text[this.#at]
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at
    const [text] = pattern.exec(this.text) ?? this.#fail()
    this.#at += text.length
    return text
  }

  #fail(): never {
    throw new SyntaxError(`not a Rego value, near ${this.#at}`)
  }
}

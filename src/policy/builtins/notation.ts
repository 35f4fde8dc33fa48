/** Rego's own notation for values, which the compiled policy reads and writes: JSON with sets and any term as a key. */
import { isText } from './bytes.js'
import { fail } from './operand.js'
import { isArray, isNumber, numberTerm, numberText, RegoObject, RegoSet, type Term } from './term.js'

const SPACE = /\s*/y
const TOKEN = /-?\d[\d.eE+-]*|null|true|false|set\(\s*\)|[[\]{},:]/y

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

class Reader {
  #at = 0
  #token = ''

  constructor(readonly text: string) {
    this.#advance()
  }

  end(): void {
    if (this.#token !== '') this.#fail()
  }

  term(): Term {
    const token = this.#take()
    if (token[0] === '"') return JSON.parse(token) as string
    if (token === '[') return this.#items(']')
    if (token === '{') return this.#braces()
    if (token === 'null') return null
    if (token === 'true' || token === 'false') return token === 'true'
    if (token[0] === 's') return new RegoSet()
    return /^[-\d]/.test(token) ? numberTerm(token) : this.#fail()
  }

  // Which of the two it is shows after the first member.
  #braces(): Term {
    if (this.#token === '}') {
      this.#advance()
      return new RegoObject()
    }
    const first = this.term()
    if (this.#token !== ':') return new RegoSet([first, ...this.#rest('}', () => this.term())])
    return new RegoObject([
      [first, this.#value()],
      ...this.#rest('}', () => [this.term(), this.#value()] as const),
    ])
  }

  #value(): Term {
    this.#expect(':')
    return this.term()
  }

  #items(close: string): Term[] {
    if (this.#token === close) {
      this.#advance()
      return []
    }
    return [this.term(), ...this.#rest(close, () => this.term())]
  }

  #rest<T>(close: string, item: () => T): T[] {
    const items: T[] = []
    while (this.#token !== close) {
      this.#expect(',')
      items.push(item())
    }
    this.#advance()
    return items
  }

  #expect(token: string): void {
    if (this.#take() !== token) this.#fail()
  }

  #take(): string {
    const token = this.#token
    this.#advance()
    return token
  }

  #advance(): void {
    SPACE.lastIndex = this.#at
    SPACE.test(this.text)
    const start = SPACE.lastIndex
    if (start === this.text.length) this.#at = start
    else if (this.text[start] === '"') this.#at = this.#endOfString(start)
    else {
      TOKEN.lastIndex = start
      if (!TOKEN.test(this.text)) this.#fail()
      this.#at = TOKEN.lastIndex
    }
    this.#token = this.text.slice(start, this.#at)
  }

  // By hand: a pattern that loops over characters overflows its stack on long strings.
  #endOfString(start: number): number {
    for (
      let quote = this.text.indexOf('"', start + 1);
      quote > 0;
      quote = this.text.indexOf('"', quote + 1)
    ) {
      let slashes = 0
      while (this.text[quote - 1 - slashes] === '\\') slashes++
      if (slashes % 2 === 0) return quote + 1
    }
    return this.#fail()
  }

  #fail(): never {
    throw new SyntaxError(`not a Rego value, near ${this.#at}`)
  }
}

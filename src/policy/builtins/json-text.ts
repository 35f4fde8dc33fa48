/** JSON as Go's decoder reads it for OPA: numbers as they are spelt, and half a surrogate pair is U+FFFD. */
import { inCharacters } from './bytes.js'
import { boundedSpelling, measuredNumber } from './number-text.js'
import { fail } from './operand.js'
import { type NumberTerm, numberTerm, RegoObject, type Term } from './term.js'

export function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch (error) {
    if (error instanceof SyntaxError) return false
    throw error
  }
}

/** @throws BuiltinError for what is no JSON, or a number out of all measure */
export function readJson(text: string): Term {
  return isJson(text) ? new Reader(text).term() : fail('invalid JSON')
}

const NUMBER = /[-\d.eE+]+/y

/** Of a text that is JSON. `JSON.parse` would round the numbers. */
class Reader {
  #at = 0

  constructor(readonly text: string) {}

  term(): Term {
    switch (this.#peek()) {
      case '"':
        return this.#string()
      case '[':
        return this.#items(']', () => this.term())
      case '{':
        return new RegoObject(this.#items('}', () => this.#entry()))
      case 'n':
        this.#at += 4
        return null
      case 't':
        this.#at += 4
        return true
      case 'f':
        this.#at += 5
        return false
      default:
        return this.#number()
    }
  }

  #items<Item>(end: string, item: () => Item): Item[] {
    const items: Item[] = []
    this.#at++
    while (this.#peek() !== end) {
      items.push(item())
      if (this.#peek() === ',') this.#at++
    }
    this.#at++
    return items
  }

  #entry(): readonly [Term, Term] {
    this.#peek()
    const key = this.#string()
    this.#peek()
    this.#at++
    return [key, this.term()]
  }

  // By hand: a pattern that loops over characters overflows its stack on long strings.
  #string(): string {
    const start = this.#at + 1
    let end = start
    while (this.text[end] !== '"') end += this.text[end] === '\\' ? 2 : 1
    this.#at = end + 1
    const body = this.text.slice(start, end)
    if (!body.includes('\\')) return body
    return inCharacters(JSON.parse(`"${body}"`) as string)
  }

  #number(): NumberTerm {
    NUMBER.lastIndex = this.#at
    const [text] = NUMBER.exec(this.text)!
    this.#at += text.length
    return measuredNumber(numberTerm(boundedSpelling(text))) ?? fail('number too big')
  }

  // The next character that is no space.
  #peek(): string | undefined {
    while (' \n\t\r'.includes(this.text[this.#at]!)) this.#at++
    return this.text[this.#at]
  }
}

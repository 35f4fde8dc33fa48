/** The words of a template as Go's `text/template` splits them: text, and what stands between `{{` and `}}`. */
import { fail } from '../operand.js'
import { withoutTrailing } from '../term.js'

export interface Token {
  readonly kind: TokenKind
  /** As it is written: a string with its quotes, a field with its dot. */
  readonly text: string
}

export type TokenKind =
  | Sign
  | Quoted
  | 'text'
  | 'space'
  | 'number'
  | 'dot'
  | 'field'
  | 'variable'
  | 'word'
  | 'eof'
type Sign = '{{' | '}}' | ':=' | '=' | '|' | ',' | '(' | ')'
type Quoted = 'string' | 'raw' | 'character'

/**
 * Splits a template; the last token is the end.
 * @throws BuiltinError where Go finds no token either
 */
export function tokens(template: string): Token[] {
  const lexer = new Lexer(template)
  lexer.run()
  return lexer.found
}

const SPACES = ' \t\r\n'
const SPACE = /[ \t\r\n]*/y
const COMMENT = /\/\*/y
// A dash trims the text beside the action, if a space sets it apart.
const OPENING = /\{\{(?:-[ \t\r\n])?/y
const CLOSING = /(?:[ \t\r\n]-)?\}\}/y
const SIGN = /:=|[=|,()]/y
const QUOTES: Readonly<Record<string, Quoted>> = { '"': 'string', '`': 'raw', "'": 'character' }
// More than numbers are; the parser knows which.
const NUMBER = /(?:[+-]|(?=\.?\d))[\p{L}\p{Nd}_.]*(?:(?<=[ep])[+-][\p{L}\p{Nd}_]*)?/iuy
const NAME = /[.$]?[\p{L}\p{Nd}_]*/uy
const BEHIND_NAME = /(?=[ \t\r\n.,|:()]|\}\}|$)/y

class Lexer {
  readonly found: Token[] = []
  #at = 0

  constructor(readonly template: string) {}

  run(): void {
    for (;;) {
      const opening = this.template.indexOf('{{', this.#at)
      const text = this.template.slice(this.#at, opening < 0 ? undefined : opening)
      this.#at += text.length
      const delimiter = this.#take(OPENING)
      this.#add('text', delimiter?.includes('-') ? withoutTrailing(text, SPACES) : text)
      if (delimiter === undefined) break
      if (this.#take(COMMENT) === undefined) this.#action()
      else this.#comment()
    }
    this.found.push({ kind: 'eof', text: '' })
  }

  #action(): void {
    this.#add('{{', '{{')
    while (!this.#closes()) this.found.push(this.#token())
    this.#add('}}', '}}')
  }

  #comment(): void {
    const end = this.template.indexOf('*/', this.#at)
    this.#at = end + 2
    if (end < 0 || !this.#closes()) fail('a comment without its end')
  }

  #closes(): boolean {
    const delimiter = this.#take(CLOSING)
    if (delimiter?.includes('-')) this.#take(SPACE)
    return delimiter !== undefined
  }

  #token(): Token {
    const next = this.template[this.#at] ?? fail('an action without its end')
    const quoted = QUOTES[next]
    if (quoted !== undefined) return { kind: quoted, text: this.#quoted(next) }
    if (SPACES.includes(next)) return { kind: 'space', text: this.#spaces() }
    const sign = this.#take(SIGN)
    if (sign !== undefined) return { kind: sign as Sign, text: sign }
    const number = this.#take(NUMBER)
    return number === undefined ? this.#name() : { kind: 'number', text: number }
  }

  // The last space before `-}}` belongs to that.
  #spaces(): string {
    const spaces = this.#take(SPACE)!
    if (this.template.startsWith('-}}', this.#at)) this.#at--
    return spaces
  }

  #name(): Token {
    const text = this.#take(NAME)!
    if (text === '' || this.#take(BEHIND_NAME) === undefined)
      fail('a character that is no part of a template')
    if (text === '.') return { kind: 'dot', text }
    return { kind: text[0] === '.' ? 'field' : text[0] === '$' ? 'variable' : 'word', text }
  }

  // A line feed is in none but a raw string, escaped or not.
  #quoted(quote: string): string {
    const start = this.#at++
    const raw = quote === '`'
    for (; this.#at < this.template.length; this.#at++) {
      const character = this.template[this.#at]
      if (character === quote) return this.template.slice(start, ++this.#at)
      if (!raw && character === '\\') this.#at++
      if (!raw && this.template[this.#at] === '\n') break
    }
    return fail(`a ${quote} without its other`)
  }

  #add(kind: TokenKind, text: string): void {
    if (text !== '') this.found.push({ kind, text })
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const [text] = pattern.exec(this.template) ?? []
    this.#at += text?.length ?? 0
    return text
  }
}

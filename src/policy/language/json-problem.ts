import { numberProblem } from './number-problem.js'
import { MAX_NESTING, type Place, tooDeep } from './yaml-documents.js'

const space = /[ \t\n\r]*/y
const token =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them in strings
  /("(?:[^"\\\u0000-\u001f]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*")|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|[{}[\],:]/y

/** What may stand next. */
type Wanted =
  | 'a value'
  | 'a value or ]'
  | 'a name'
  | 'a name or }'
  | 'a :'
  | 'a , or ]'
  | 'a , or }'
  | 'nothing more'

/**
 * Why a text is not JSON, or not the JSON its author takes it for: a name that stands twice in one object, a number that
 * would become another one.
 * Undefined when all is well. (`JSON.parse` says nothing of the second, and rarely where.)
 */
export function jsonProblem(text: string): (Place & { readonly message: string }) | undefined {
  const reader = new JsonReader()
  let at = 0
  for (;;) {
    space.lastIndex = at
    at += space.exec(text)![0].length
    const ended = at === text.length
    if (ended && reader.wanted === 'nothing more') return undefined
    token.lastIndex = at
    const match = ended ? null : token.exec(text)
    const complaint = match === null ? `this is not JSON: expected ${reader.wanted}` : reader.accept(match[0])
    if (complaint !== undefined) return { ...placeOf(text, at), message: complaint }
    at = token.lastIndex
  }
}

class JsonReader {
  wanted: Wanted = 'a value'
  /** For each object that is open the names so far; nothing for a list. */
  readonly #open: (Set<string> | undefined)[] = []

  /** Takes a token; a complaint when it does not belong here. */
  accept(sign: string): string | undefined {
    const { wanted } = this
    const isValue = wanted === 'a value' || wanted === 'a value or ]'
    if (sign[0] === '"' && (wanted === 'a name' || wanted === 'a name or }')) return this.#name(sign)
    if (sign === ':' && wanted === 'a :') this.wanted = 'a value'
    else if (sign === ',' && wanted === 'a , or ]') this.wanted = 'a value'
    else if (sign === ',' && wanted === 'a , or }') this.wanted = 'a name'
    else if (sign === ']' && (wanted === 'a value or ]' || wanted === 'a , or ]')) this.#close()
    else if (sign === '}' && (wanted === 'a name or }' || wanted === 'a , or }')) this.#close()
    else if (!isValue || ':,]}'.includes(sign)) return `this is not JSON: expected ${wanted}`
    else if (sign === '{') return this.#enter(new Set(), 'a name or }')
    else if (sign === '[') return this.#enter(undefined, 'a value or ]')
    else {
      this.#afterValue()
      return /^[-\d]/.test(sign) ? numberProblem(Number(sign), /^-?\d+$/.test(sign)) : undefined
    }
    return undefined
  }

  #name(sign: string): string | undefined {
    const name = JSON.parse(sign) as string
    const names = this.#open.at(-1)!
    if (names.has(name)) return `"${name}" stands here twice`
    names.add(name)
    this.wanted = 'a :'
    return undefined
  }

  #enter(names: Set<string> | undefined, wanted: Wanted): string | undefined {
    this.#open.push(names)
    this.wanted = wanted
    return this.#open.length > MAX_NESTING ? tooDeep : undefined
  }

  #close(): void {
    this.#open.pop()
    this.#afterValue()
  }

  #afterValue(): void {
    this.wanted =
      this.#open.length === 0 ? 'nothing more' : this.#open.at(-1) === undefined ? 'a , or ]' : 'a , or }'
  }
}

function placeOf(text: string, offset: number): Place {
  const before = text.slice(0, offset)
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') }
}

/**
 * Rego's values as the built-ins see them. JSON alone would blur three things OPA tells apart: sets from arrays,
 * object keys that are not strings, and numbers that a double cannot hold.
 */

/** A Rego value. Integers a double cannot hold are `bigint`; any other spelling of a number is a `Decimal`. */
export type Term =
  | null
  | boolean
  | string
  | number
  | bigint
  | Decimal
  | readonly Term[]
  | RegoSet
  | RegoObject

export type NumberTerm = number | bigint | Decimal

/** A number kept as it was spelt, because OPA does: `1.0` prints as a float, and long fractions stay exact. */
export class Decimal {
  constructor(readonly text: string) {}
}

export class RegoSet {
  readonly #members = new Map<string, Term>()

  constructor(members: Iterable<Term> = []) {
    for (const member of members) this.#members.set(termKey(member), member)
  }

  has(term: Term): boolean {
    return this.#members.has(termKey(term))
  }

  get size(): number {
    return this.#members.size
  }

  [Symbol.iterator](): IterableIterator<Term> {
    return this.#members.values()
  }

  /** Equal sets have equal keys. */
  keys(): string[] {
    return [...this.#members.keys()].sort()
  }
}

export class RegoObject {
  readonly #entries = new Map<string, readonly [Term, Term]>()

  constructor(entries: Iterable<readonly [Term, Term]> = []) {
    for (const entry of entries) this.#entries.set(termKey(entry[0]), entry)
  }

  get(key: Term): Term | undefined {
    return this.#entries.get(termKey(key))?.[1]
  }

  has(key: Term): boolean {
    return this.#entries.has(termKey(key))
  }

  /** This object with one entry more, or another value for it. */
  with(key: Term, value: Term): RegoObject {
    return new RegoObject([...this, [key, value]])
  }

  without(key: Term): RegoObject {
    const gone = termKey(key)
    return new RegoObject([...this.#entries].flatMap(([k, entry]) => (k === gone ? [] : [entry])))
  }

  get size(): number {
    return this.#entries.size
  }

  [Symbol.iterator](): IterableIterator<readonly [Term, Term]> {
    return this.#entries.values()
  }
}

export const isNumber = (term: Term): term is NumberTerm =>
  typeof term === 'number' || typeof term === 'bigint' || term instanceof Decimal

export const isArray = (term: Term): term is readonly Term[] => Array.isArray(term)

/** The digits OPA has for a number. */
export const numberText = (term: NumberTerm): string => (term instanceof Decimal ? term.text : String(term))

/** The term for a number spelt so. */
export function numberTerm(text: string): NumberTerm {
  const double = Number(text)
  if (!/^-?\d+$/.test(text)) return String(double) === text ? double : new Decimal(text)
  if (text === '-0') return new Decimal(text)
  return Number.isSafeInteger(double) ? double : BigInt(text)
}

/** A text that two terms share exactly when OPA holds them equal. */
export function termKey(term: Term): string {
  if (typeof term === 'string') return JSON.stringify(term)
  if (isNumber(term)) return numberKey(term)
  if (isArray(term)) return `[${term.map(termKey).join()}]`
  if (term instanceof RegoSet) return `<${term.keys().join()}>`
  if (term instanceof RegoObject) {
    const entries = [...term].map(([key, value]) => `${termKey(key)}:${termKey(value)}`)
    return `{${entries.sort().join()}}`
  }
  return String(term)
}

export const equalTerms = (a: Term, b: Term): boolean => termKey(a) === termKey(b)

// 1, 1.0 and 10e-1 are one number.
function numberKey(term: NumberTerm): string {
  if (Number.isSafeInteger(term)) return String(term === 0 ? 0 : term)
  const { negative, digits, exponent } = decimalOf(numberText(term))
  const value = `${negative ? '-' : ''}${digits}`
  return exponent >= 0 && exponent < 400 ? `${value}${'0'.repeat(exponent)}` : `${value}e${exponent}`
}

/** A number as `digits` times ten to the `exponent`, without leading or trailing zeros; zero is `0`, 0. */
export interface DecimalParts {
  readonly negative: boolean
  readonly digits: string
  readonly exponent: number
}

/** The text up to the last character that is none of these. A pattern for it would take quadratic time. */
export function withoutTrailing(text: string, characters: string): string {
  let end = text.length
  while (end > 0 && characters.includes(text[end - 1]!)) end--
  return text.slice(0, end)
}

/** Takes a JSON number apart. */
export function decimalOf(text: string): DecimalParts {
  const [, sign, whole = '', fraction = '', power = '0'] =
    /^([-+]?)(\d*)(?:\.(\d*))?(?:[eE]([-+]?\d+))?$/.exec(text) ?? []
  const significant = `${whole}${fraction}`.replace(/^0+/, '')
  const digits = withoutTrailing(significant, '0')
  if (digits === '') return { negative: false, digits: '0', exponent: 0 }
  const exponent = Number(power) - fraction.length + (significant.length - digits.length)
  return { negative: sign === '-', digits, exponent }
}

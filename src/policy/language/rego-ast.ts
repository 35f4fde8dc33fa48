/**
 * As much of OPA's syntax tree (its JSON, with locations) as is read here, and walks over it.
 * @module
 */

export interface Location {
  readonly row: number
  readonly col: number
}

export interface Term {
  readonly type: string
  /** A scalar; of refs, calls, arrays and sets a list of terms; of objects pairs; of comprehensions their parts. */
  readonly value: unknown
  readonly location?: Location
}

export interface Expr {
  /** One term, the operator and operands of a call, or the parts of `some` and `every`. */
  readonly terms: unknown
  readonly negated?: boolean
  readonly generated?: boolean
  readonly with?: readonly unknown[]
  readonly location?: Location
}

export interface Head {
  readonly ref: readonly Term[]
  /** The element of a partial set. */
  readonly key?: Term
  readonly value?: Term
  readonly args?: readonly Term[]
  readonly location?: Location
}

export interface Rule {
  readonly head: Head
  readonly body: readonly Expr[]
  readonly default?: boolean
  readonly else?: Rule
  readonly location?: Location
}

export interface Annotations {
  readonly scope: string
  readonly title?: string
  readonly description?: string
  readonly custom?: Readonly<Record<string, unknown>>
  readonly location?: Location
}

export interface Module {
  readonly package: { readonly path: readonly Term[]; readonly location?: Location }
  readonly imports?: readonly { readonly path: Term; readonly alias?: string; readonly location?: Location }[]
  readonly annotations?: readonly Annotations[]
  readonly rules?: readonly Rule[]
}

/** The name a rule is known by in its package. */
export const ruleName = (rule: Rule): string => String(rule.head.ref[0]?.value)

/** A rule of the form `name contains element`. */
export const isPartialSet = ({ head }: Rule): boolean => head.key !== undefined && head.ref.length === 1

/** Whether the rule holds without asking anything: it has no body. */
export const isUnconditional = ({ body, else: otherwise }: Rule): boolean =>
  otherwise === undefined && body.length === 1 && body[0]!.generated === true

export function isTerm(node: unknown): node is Term {
  return (
    typeof node === 'object' && node !== null && typeof (node as Term).type === 'string' && 'value' in node
  )
}

/** Visits every term below a node, outer ones first. Of a reference, its first name is not visited by itself. */
export function eachTerm(node: unknown, visit: (term: Term) => void): void {
  if (Array.isArray(node)) for (const each of node) eachTerm(each, visit)
  else if (typeof node === 'object' && node !== null) {
    if (isTerm(node)) visit(node)
    const { type, value } = node as Partial<Term>
    if (type === 'ref')
      eachTerm(
        (value as Term[]).filter((term, i) => i > 0 || term.type !== 'var'),
        visit,
      )
    else
      for (const [name, member] of Object.entries(node)) {
        if (name !== 'location' && name !== 'annotations') eachTerm(member, visit)
      }
  }
}

/** A call, as an expression or inside one. */
export interface Call {
  /** Such as `regex.match`, `equal`, `assign`, `internal.member_2`. */
  readonly name: string
  readonly operands: readonly Term[]
  readonly location?: Location
}

/** Reads the parts of a call: the operator, then the operands. */
export function callOf(parts: unknown): Call | undefined {
  if (!Array.isArray(parts) || !parts.every(isTerm)) return undefined
  const [operator, ...operands] = parts
  const name = operator?.type === 'ref' ? nameOf(operator.value) : undefined
  if (name === undefined) return undefined
  return { name, operands, ...(operator?.location === undefined ? {} : { location: operator.location }) }
}

function nameOf(ref: unknown): string | undefined {
  if (!Array.isArray(ref)) return undefined
  const [head, ...rest] = ref as Term[]
  if (head?.type !== 'var' || rest.some(({ type }) => type !== 'string')) return undefined
  return [head, ...rest].map(({ value }) => value).join('.')
}

/** Visits every call below a node, whether it is an expression or part of one. */
export function eachCall(node: unknown, visit: (call: Call) => void): void {
  if (Array.isArray(node)) for (const each of node) eachCall(each, visit)
  else if (typeof node === 'object' && node !== null) {
    const { type, value, terms } = node as { type?: unknown; value?: unknown; terms?: unknown }
    const call = type === 'call' ? callOf(value) : Array.isArray(terms) ? callOf(terms) : undefined
    if (call !== undefined) visit(call)
    for (const [name, member] of Object.entries(node)) if (name !== 'location') eachCall(member, visit)
  }
}

/** The terms of a reference; a bare variable is one of a single term. */
export function refOf(term: Term): readonly Term[] | undefined {
  if (term.type === 'ref') return term.value as readonly Term[]
  return term.type === 'var' ? [term] : undefined
}

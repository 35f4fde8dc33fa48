/**
 * Pieces of Rego source, written as `opa fmt` writes them.
 * @module
 */
import type { FieldPath, Scalar } from '../policy.js'

const identifier = /^[A-Za-z_][A-Za-z0-9_]*$/
// `input` and `data` are no keywords, but shadow the documents where a name is expected.
const keywords = new Set(
  'as contains data default else every false if import in input not null package set some true with'.split(
    ' ',
  ),
)
const LINE = 100

/** Whether the name can stand in Rego without quotes. */
export const isRegoName = (name: string): boolean =>
  identifier.test(name) && name !== '_' && !keywords.has(name)

/** A scalar as a Rego term. */
export const regoScalar = (value: Scalar): string => JSON.stringify(value)

/** A reference such as `input.metadata["x-y"][0]`; `[*]` becomes `[_]`. */
export function regoRef(root: string, path: FieldPath): string {
  let text = root
  for (const element of path) {
    if (typeof element === 'object') text += '[_]'
    else if (typeof element === 'string' && isRegoName(element)) text += `.${element}`
    else text += `[${JSON.stringify(element)}]`
  }
  return text
}

/** `prefix{a, b}suffix` on one line, or one item a line where that would be too long. Goes into a rule body. */
export function regoList(prefix: string, items: readonly string[], open: '{' | '[', suffix = ''): string {
  const close = open === '{' ? '}' : ']'
  const line = `${prefix}${open}${items.join(', ')}${close}${suffix}`
  if (line.length <= LINE) return line
  return `${prefix}${open}\n${items.map((item) => `\t\t${item},\n`).join('')}\t${close}${suffix}`
}

/** A rule: `head if expression`, or with the body in braces when it has several expressions. */
export function regoRule(head: string, body: readonly string[]): string {
  if (body.length === 1 && !body[0]!.includes('\n')) return `${head} if ${body[0]}\n`
  return `${head} if {\n${body.map((line) => `\t${line}\n`).join('')}}\n`
}

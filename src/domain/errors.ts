/**
 * Every refusal the product can give: code, HTTP status, sentence, cure. One table; the README and the OpenAPI
 * document print it.
 * @module
 */
import type { ErrorEntry } from './error-entry.js'
import { planErrors } from './plan-errors.js'
import { workflowErrors } from './workflow-errors.js'

const table = { ...workflowErrors, ...planErrors } as const

export type ErrorCode = keyof typeof table

/** The table of refusals, by code. */
export const errors: Readonly<Record<ErrorCode, ErrorEntry>> = table

/** On every refusal and on nothing that is parsed from JSON, so that no body can pass for one. */
const mark: unique symbol = Symbol('refusal')

/** A refusal as data: nothing was changed. Made by `refuse`. */
export interface Refusal {
  readonly [mark]: true
  readonly refused: ErrorCode
  /** Values for the sentence's placeholders, and for the details of nested bodies. */
  readonly details: Readonly<Record<string, string | number>>
  /** Every field that is wrong, where there may be several. */
  readonly fields?: readonly FieldProblem[]
}

/** What is wrong with one field. */
export interface FieldProblem {
  readonly field: string
  readonly message: string
}

/** A refusal with its details. */
export const refuse = (refused: ErrorCode, details: Refusal['details'] = {}): Refusal => ({
  [mark]: true,
  refused,
  details,
})

/** True where a verb refused. */
export const isRefusal = (value: unknown): value is Refusal =>
  typeof value === 'object' && value !== null && mark in value

/** The sentence of a refusal, filled in. */
export function sentenceOf({ refused, details }: Refusal): string {
  return errors[refused].sentence.replace(/\{(\w+)\}/g, (_, name: string) => String(details[name] ?? ''))
}

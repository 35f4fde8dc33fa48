/**
 * Says what a schema has against a value, in sentences for authors, with the path of each.
 * @module
 */
import type { z } from 'zod'
import { suggestion } from './nearest.js'
import type { ValuePath } from './yaml-documents.js'

export interface SchemaProblem {
  readonly path: ValuePath
  readonly message: string
  /** The name of the member is wrong, not its value. */
  readonly key: boolean
}

type Issue = z.core.$ZodIssue

/** Checks a value. Both what was read, when all is well, and the problems are as the schema gives them. */
export function checkForm<T>(schema: z.ZodType<T>, value: unknown): { value?: T; problems: SchemaProblem[] } {
  const result = schema.safeParse(value, { reportInput: true })
  if (result.success) return { value: result.data, problems: [] }
  return { problems: result.error.issues.flatMap((issue) => problemsOf(issue, [], value)) }
}

function problemsOf(issue: Issue, above: ValuePath, root: unknown): SchemaProblem[] {
  const path = [...above, ...issue.path]
  switch (issue.code) {
    case 'unrecognized_keys': {
      const messages = issue.message.split('\n')
      return messages.map((message, i) => ({ path: [...path, issue.keys[i]!], message, key: true }))
    }
    case 'invalid_union': {
      // Forms told apart by a member: its value is none of theirs, and their own words say so.
      if (issue.errors.length === 0) return [plain(path, issue.message, root)]
      const branch = branchMeant(issue.errors, valueAt(root, path))
      if (branch !== undefined) return branch.flatMap((each) => problemsOf(each, path, root))
      if (valueAt(root, path) === null) return [plain(path, 'nothing stands here (null)', root)]
      const expected = [...new Set(issue.errors.flat().flatMap(expectedTypes))]
      return [plain(path, `expected ${listed(expected, 'or')}, found ${kindOf(valueAt(root, path))}`, root)]
    }
    case 'invalid_key':
      return [{ path, message: issue.issues[0]?.message ?? issue.message, key: true }]
    default:
      return [plain(path, messageOf(issue, valueAt(root, path)), root)]
  }
}

/** A missing member is the problem of the object that lacks it. */
function plain(path: ValuePath, message: string, root: unknown): SchemaProblem {
  if (path.length === 0 || valueAt(root, path) !== undefined) return { path, message, key: false }
  return { path: path.slice(0, -1), message: `${String(path.at(-1))} is missing`, key: true }
}

function messageOf(issue: Issue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${typeName(issue.expected)}, found ${kindOf(value)}`
    case 'invalid_value': {
      const known = issue.values.map(String)
      if (typeof value !== 'string') return `expected ${listed(known, 'or')}, found ${kindOf(value)}`
      return `unknown value "${value}"${suggestion(value, known)}`
    }
    default:
      return issue.message
  }
}

/** Of the alternatives, the one whose kind of value stands there. */
function branchMeant(branches: readonly (readonly Issue[])[], value: unknown): readonly Issue[] | undefined {
  const fitting = branches.filter((issues) => !issues.some(isWrongKind))
  if (fitting.length <= 1) return fitting[0]
  const named = Object.values(value ?? {}).every((member) => typeof member === 'object')
  return named ? fitting.at(-1) : fitting[0]
}

const isWrongKind = (issue: Issue): boolean =>
  issue.path.length === 0 &&
  (issue.code === 'invalid_type' || issue.code === 'invalid_value' || issue.code === 'invalid_union')

function expectedTypes(issue: Issue): string[] {
  if (issue.code === 'invalid_type') return [typeName(issue.expected)]
  return issue.code === 'invalid_union' ? issue.errors.flat().flatMap(expectedTypes) : []
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
  number: 'a number',
  int: 'a whole number',
  integer: 'a whole number',
  boolean: 'true or false',
}

/** A type of a schema, for people. */
export const typeName = (expected: string): string => typeNames[expected] ?? expected

/** What stands there, for people. */
export function kindOf(value: unknown): string {
  if (value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a mapping'
  if (typeof value === 'string') return 'text'
  return typeof value === 'undefined' ? 'nothing' : `${value}`
}

function listed(words: readonly string[], last: string): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`
}

/** The value at a path; undefined where there is none. */
export function valueAt(root: unknown, path: ValuePath): unknown {
  let value = root
  for (const name of path) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as Record<PropertyKey, unknown>)[name]
  }
  return value
}

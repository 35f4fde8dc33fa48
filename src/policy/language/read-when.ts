/**
 * Reads `when`, beyond its form: fields that exist, values that fit their operator, patterns that compile.
 * @module
 */
import type { Hook } from '../policy.js'
import type { Findings } from './findings.js'
import { rolloutField } from './input-fields.js'
import { readTest } from './read-test.js'
import type { When } from './when.js'
import type { ValuePath } from './yaml-documents.js'

/** A condition, and where in the document each of its nodes stands. */
export interface WhenReading {
  /** Undefined when something is wrong with it; findings say what. */
  readonly when: When | undefined
  readonly places: ReadonlyMap<When, ValuePath>
}

const MAX_DEPTH = 20
const MAX_TESTS = 500

/**
 * Reads the condition at `path`. The form has been checked already, and reported: where it is wrong, nothing more is
 * said here.
 */
export function readWhen(
  raw: unknown,
  path: ValuePath,
  hooks: readonly Hook[],
  findings: Findings,
): WhenReading {
  const places = new Map<When, ValuePath>()
  let tests = 0

  const many = (value: unknown, at: ValuePath, depth: number): (When | undefined)[] =>
    Array.isArray(value)
      ? value.map((each, i) => node(each, [...at, i], depth + 1))
      : [node(value, at, depth + 1)]

  const group = (kind: 'all' | 'any', of: readonly (When | undefined)[], at: ValuePath): When | undefined => {
    if (of.length === 0 || of.includes(undefined)) return undefined
    return of.length === 1 ? of[0] : placed({ kind, of: of as When[] }, at)
  }

  const placed = (when: When, at: ValuePath): When => {
    places.set(when, at)
    return when
  }

  const node = (value: unknown, at: ValuePath, depth: number): When | undefined => {
    if (depth > MAX_DEPTH) return refuse(at, `conditions nest deeper than ${MAX_DEPTH} levels`)
    if (Array.isArray(value)) return group('all', many(value, at, depth), at)
    if (typeof value !== 'object' || value === null) return undefined
    const parts: (When | undefined)[] = []
    const { all, any, not, field, operator } = value as Record<string, unknown>
    if (field !== undefined || operator !== undefined || 'value' in value) {
      if (++tests > MAX_TESTS) return refuse(at, `a condition has ${MAX_TESTS} tests at most`)
      const test = readTest(value as Record<string, unknown>, at, hooks, findings)
      parts.push(test && placed(test, at))
    }
    if (all !== undefined) parts.push(group('all', many(all, [...at, 'all'], depth), [...at, 'all']))
    if (any !== undefined) parts.push(group('any', many(any, [...at, 'any'], depth), [...at, 'any']))
    if (not !== undefined) {
      const of = node(not, [...at, 'not'], depth + 1)
      parts.push(of && placed({ kind: 'not', of }, [...at, 'not']))
    }
    if (parts.length === 0)
      return refuse(
        at,
        `this tests nothing; to match everything, test that a field exists: ${rolloutField(hooks)} exists`,
      )
    return group('all', parts, at)
  }

  const refuse = (at: ValuePath, message: string): undefined => {
    findings.error(at, message)
    return undefined
  }

  return { when: node(raw, path, 0), places }
}

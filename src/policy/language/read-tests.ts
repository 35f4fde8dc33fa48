/**
 * Reads tests, in a policy's own document or in one of kind PolicyTest: single ones and matrices.
 * @module
 */
import type { PolicyTest } from '../policy.js'
import { checkTestInput } from './check-test-input.js'
import type { Findings } from './findings.js'
import { nearestOf } from './nearest.js'
import type { TestDocument } from './policy-schema.js'
import type { ValuePath } from './yaml-documents.js'

type RawTest = TestDocument['tests'][number]
type Input = Readonly<Record<string, unknown>>
type Expect = PolicyTest['expect']

const expectWords = ['decision', 'policies', 'reason']

/** The tests of a document whose form is in order; what is wrong beyond it is reported. */
export function readTests(raw: readonly RawTest[], findings: Findings): PolicyTest[] {
  return raw.flatMap((test, i) => readTest(test, ['tests', i], findings))
}

function readTest(raw: RawTest, at: ValuePath, findings: Findings): PolicyTest[] {
  const shared = raw.input ?? {}
  checkTestInput(shared, [...at, 'input'], findings)
  if (raw.inputs === undefined) {
    const expect = oneExpectation(raw.expect, at, findings)
    return expect === undefined ? [] : [testOf(raw.name, shared, expect, at, findings)]
  }
  const named = Object.entries(raw.inputs)
  for (const [name, input] of named)
    checkTestInput(input, [...at, 'inputs', keyOf(raw.inputs, name)], findings)
  const list = Array.isArray(raw.inputs)
  const each = list ? undefined : expectationsByName(raw.expect, Object.keys(raw.inputs), at, findings)
  const forAll = each === undefined ? oneExpectation(raw.expect, at, findings) : undefined
  return named.flatMap(([name, input]) => {
    const expect = each?.[name] ?? forAll
    if (expect === undefined) return []
    const place = [...at, 'inputs', keyOf(raw.inputs!, name)]
    const label = list ? `input ${Number(name) + 1}` : name
    return [testOf(`${raw.name}: ${label}`, { ...shared, ...input }, expect, place, findings)]
  })
}

const keyOf = (inputs: object, name: string): PropertyKey => (Array.isArray(inputs) ? Number(name) : name)

function testOf(name: string, input: Input, expect: Expect, at: ValuePath, findings: Findings): PolicyTest {
  const { line } = findings.document.place(at, { key: true })
  return { name, file: findings.file, line, input, expect }
}

/** One expectation for all inputs; undefined, and reported, when there is none. */
function oneExpectation(raw: RawTest['expect'], at: ValuePath, findings: Findings): Expect | undefined {
  const words = Object.keys(raw)
  const stranger = words.find((word) => !expectWords.includes(word))
  if (words.length === 0)
    findings.error([...at, 'expect'], 'nothing is expected: write decision, policies or reason', {
      key: true,
    })
  else if (stranger !== undefined)
    findings.error([...at, 'expect', stranger], 'expectations by name need inputs with the same names', {
      key: true,
    })
  else return raw as Expect
  return undefined
}

/** Expectations by the names of the inputs; undefined when one is meant for all of them. */
function expectationsByName(
  raw: RawTest['expect'],
  names: readonly string[],
  at: ValuePath,
  findings: Findings,
): Readonly<Record<string, Expect>> | undefined {
  for (const name of names) {
    if (expectWords.includes(name))
      findings.error([...at, 'inputs', name], `an input cannot be named ${name}: that is a word of expect`, {
        key: true,
      })
  }
  const expected = Object.keys(raw)
  if (expected.every((word) => expectWords.includes(word))) return undefined
  const here = [...at, 'expect']
  for (const name of expected.filter((word) => !names.includes(word)))
    findings.error([...here, name], `there is no input named ${name}${didYouMean(name, names)}`, {
      key: true,
    })
  for (const name of names.filter((word) => !expected.includes(word)))
    findings.error([...at, 'inputs', name], `nothing is expected of the input ${name}`, { key: true })
  return raw as Readonly<Record<string, Expect>>
}

const didYouMean = (word: string, known: readonly string[]): string => {
  const near = nearestOf(word, known)
  return near === undefined ? '' : `; did you mean "${near}"?`
}

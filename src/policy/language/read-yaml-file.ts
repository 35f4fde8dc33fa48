/**
 * Reads one YAML or JSON file of the policy folder.
 * @module
 */
import { isObject } from '../../domain/json.js'
import { documentKinds, readDocument } from '../documents/read-document.js'
import type { RegistryDocument } from '../documents/registry-document.js'
import type { Policy, PolicyFile, PolicyProblem, PolicyTest } from '../policy.js'
import { type DataPart, emptyReading, type FileReading } from './file-reading.js'
import { readText } from './file-text.js'
import { Findings } from './findings.js'
import { jsonProblem } from './json-problem.js'
import { suggestion } from './nearest.js'
import { numberProblem } from './number-problem.js'
import { API_VERSION, dataDocument, testDocument } from './policy-schema.js'
import { readPolicy } from './read-policy.js'
import { readTests } from './read-tests.js'
import { checkForm, kindOf as foundThere } from './schema-problems.js'
import { type PlacedValue, readYamlDocuments, type ValuePath } from './yaml-documents.js'

/** AxonFlow's own documents: any version of them. */
const AXONFLOW = 'axonflow.io/'
const agentKinds = ['AgentConfig']
const ownKinds = [
  'Policy',
  'PolicyTest',
  'Data',
  ...documentKinds.filter((kind) => !agentKinds.includes(kind)),
]

type Kind = 'Policy' | 'PolicyTest' | 'Data' | RegistryDocument['kind']

interface Found {
  readonly policies: Policy[]
  readonly tests: PolicyTest[]
  readonly data: DataPart[]
  readonly documents: RegistryDocument[]
  readonly problems: PolicyProblem[]
}

/** Reads a `.yaml`, `.yml` or `.json` file. Nothing is thrown: what is wrong is in `problems`. Pure. */
export function readYamlFile(file: PolicyFile): FileReading {
  const text = readText(file)
  if (!text.ok) return { ...emptyReading(file.path), problems: [text.problem] }
  const found: Found = { policies: [], tests: [], data: [], documents: [], problems: [] }
  if (file.path.endsWith('.json')) readJson(file.path, text.text, found)
  else readYaml(file.path, text.text, found)
  const dataText = found.data.length === 0 ? {} : { dataText: text.text }
  return { ...emptyReading(file.path), ...found, ...dataText }
}

function readJson(file: string, text: string, found: Found): void {
  const problem = jsonProblem(text)
  if (problem !== undefined) {
    found.problems.push({ file, ...problem, severity: 'error' })
    return
  }
  const value: unknown = JSON.parse(text)
  // JSON is YAML: a document of ours may be written in it. Everything else is data.
  if (isObject(value) && isApiVersion(value.apiVersion)) readYaml(file, text, found)
  else if (isObject(value)) found.data.push({ value })
  else
    found.problems.push({
      file,
      line: 1,
      column: 1,
      message: `data is a mapping, not ${foundThere(value)}`,
      severity: 'error',
    })
}

function readYaml(file: string, text: string, found: Found): void {
  const { documents, problems } = readYamlDocuments(text)
  for (const problem of problems) found.problems.push({ file, ...problem, severity: 'error' })
  if (documents.length === 0 && problems.length === 0)
    found.problems.push({ file, line: 1, column: 1, message: 'the file holds nothing', severity: 'warning' })
  for (const [i, document] of documents.entries()) readOne(file, document, i, found)
}

function readOne(file: string, document: PlacedValue, index: number, found: Found): void {
  const findings = new Findings(file, document)
  const kind = kindOfDocument(findings)
  switch (kind) {
    case undefined:
      break
    case 'Policy':
      readPolicyDocument(findings, found)
      break
    case 'PolicyTest':
      readTestDocument(findings, found)
      break
    case 'Data':
      readDataDocument(findings, index, found)
      break
    default: {
      const read = readDocument(kind, findings)
      if (read) found.documents.push(read)
    }
  }
  found.problems.push(...findings.problems)
}

/** The kind of a document; undefined, and reported, when it is none that is known. */
function kindOfDocument(findings: Findings): Kind | undefined {
  const { value } = findings.document
  if (!isObject(value)) {
    findings.error([], `expected a policy or another document, found ${foundThere(value)}`)
    return undefined
  }
  const { apiVersion, kind } = value
  if (apiVersion === undefined && kind === undefined && isTestFile(findings.file)) return 'PolicyTest'
  if (!isApiVersion(apiVersion)) {
    if (apiVersion === undefined)
      findings.error([], `apiVersion is missing: write apiVersion: ${API_VERSION}`)
    else findings.error(['apiVersion'], unknown('apiVersion', apiVersion, [API_VERSION, `${AXONFLOW}v1`]))
    return undefined
  }
  const known = apiVersion === API_VERSION ? ownKinds : agentKinds
  if (typeof kind === 'string' && known.includes(kind)) return kind as Kind
  if (kind === undefined) findings.error([], `kind is missing; known are ${known.join(', ')}`)
  else findings.error(['kind'], unknown('kind', kind, known))
  return undefined
}

const unknown = (name: string, value: unknown, known: readonly string[]): string =>
  `unknown ${name} ${JSON.stringify(value)}${suggestion(String(value), known)}`

const isTestFile = (file: string): boolean => /_test\.ya?ml$/.test(file)

function readPolicyDocument(findings: Findings, found: Found): void {
  const { policy, tests } = readPolicy(findings)
  if (policy !== undefined) found.policies.push(policy)
  found.tests.push(...tests)
}

function readTestDocument(findings: Findings, found: Found): void {
  const form = checkForm(testDocument, findings.document.value)
  for (const { path, message, key } of form.problems) findings.error(path, message, { key })
  if (form.value !== undefined) found.tests.push(...readTests(form.value.tests, findings))
}

function readDataDocument(findings: Findings, index: number, found: Found): void {
  const form = checkForm(dataDocument, findings.document.value)
  for (const { path, message, key } of form.problems) findings.error(path, message, { key })
  if (form.value === undefined) return
  for (const [path, value] of numbersIn(form.value.data, ['data'])) {
    const problem = numberProblem(value, Number.isInteger(value) && Math.abs(value) < PRINTED_WHOLE)
    if (problem !== undefined) findings.error(path, problem)
  }
  found.data.push({ value: form.value.data, document: index })
}

/** JavaScript writes larger ones with an exponent, and so do people. */
const PRINTED_WHOLE = 1e21

function* numbersIn(value: unknown, path: ValuePath): Generator<readonly [ValuePath, number]> {
  if (typeof value === 'number') yield [path, value]
  else if (typeof value === 'object' && value !== null)
    for (const [name, member] of Object.entries(value)) yield* numbersIn(member, [...path, name])
}

const isApiVersion = (value: unknown): value is string =>
  typeof value === 'string' && (value === API_VERSION || value.startsWith(AXONFLOW))

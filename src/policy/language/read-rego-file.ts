/**
 * Reads one Rego file of the policy folder from its syntax tree.
 * @module
 */
import type { PolicyFile, PolicyProblem } from '../policy.js'
import type { Diagnostic } from '../toolchain/toolchain.js'
import { emptyReading, type FileReading, type RegoModule } from './file-reading.js'
import { readText } from './file-text.js'
import { readsOfOthers } from './other-policies.js'
import { templateLibrary } from './reason-template.js'
import { actionProblems } from './rego-actions.js'
import type { Location, Module } from './rego-ast.js'
import { mentionsOf } from './rego-mentions.js'
import { strayAnnotations } from './rego-metadata.js'
import { importedNames } from './rego-names.js'
import { patternProblems } from './rego-patterns.js'
import { regoProblem } from './rego-problem.js'
import { slashInPackage, slashInTests } from './rego-slashes.js'

/** The parser's answer for one file: the module with locations, or its complaints. */
export type ParsedRego =
  | { readonly ok: true; readonly module: unknown }
  | { readonly ok: false; readonly errors: readonly Diagnostic[] }

const idPattern = /^[A-Za-z0-9_][A-Za-z0-9_-]*$/

/** Reads a `.rego` file. Nothing is thrown: what is wrong is in `problems`. Pure. */
export function readRegoFile(file: PolicyFile, parsed: ParsedRego): FileReading {
  const { path } = file
  const reading = emptyReading(path)
  const text = readText(file)
  if (!text.ok) return { ...reading, problems: [text.problem] }
  if (!parsed.ok) {
    const unread = parsed.errors.some(isOfToolchain) ? ({ unread: true } as const) : {}
    return { ...reading, problems: problemsOf(path, parsed.errors), ...unread }
  }
  const rego = text.text
  const ast = parsed.module as Module
  if (path.endsWith('_test.rego')) {
    const slashed = slashInTests(ast)
    const problems = slashed ? [regoProblem(path, slashed.location, slashed.message)] : []
    return { ...reading, regoTests: [{ path, rego }], problems }
  }
  const module: RegoModule = {
    path,
    rego,
    packagePath: ast.package.path.slice(1).map(({ value }) => String(value)),
    line: ast.package.location?.row ?? 1,
    annotations: (ast.annotations ?? []).find(({ scope }) => scope === 'package' || scope === 'subpackages'),
    rules: ast.rules ?? [],
    imported: importedNames(ast),
    mentions: mentionsOf(ast),
  }
  const at = (location: Location | undefined, message: string): PolicyProblem =>
    regoProblem(path, location, message)
  const problems = module.mentions.facts.map((place) =>
    at(place, 'input.facts is for YAML policies; test the field itself'),
  )
  problems.push(...readsOfOthers(module))
  const refusal = whyNoPackage(module.packagePath)
  if (refusal !== undefined) return { ...reading, problems: [...problems, at(ast.package.location, refusal)] }
  if (module.packagePath[1] === 'lib') {
    problems.push(...patternProblems(module).map(({ location, message }) => at(location, message)))
    return { ...reading, libraries: [module], problems }
  }
  const slashed = slashInPackage(ast)
  if (slashed) problems.push(at(slashed.location, slashed.message))
  problems.push(...actionProblems(module.rules).map(({ location, message }) => at(location, message)))
  problems.push(...strayAnnotations(ast.annotations ?? [], path, rego))
  return { ...reading, modules: [module], problems }
}

function whyNoPackage(path: readonly string[]): string | undefined {
  const [root, kind, ...rest] = path
  const name = path.join('.')
  if (root === 'stepgate' && kind === 'lib' && rest.length > 0)
    return name === templateLibraryName ? `package ${name} is Stepgate's own: choose another name` : undefined
  if (root === 'stepgate' && kind === 'policy' && rest.length > 0) {
    const id = rest.at(-1)!
    return idPattern.test(id) ? undefined : `"${id}" is no policy id: use letters, digits, - and _`
  }
  const wanted =
    'package stepgate.policy.<id> for a policy, package stepgate.lib.<name> for what policies share'
  return `package ${name} is neither a policy nor a library: write ${wanted}; tests go into files named *_test.rego`
}

const templateLibraryName = templateLibrary.packagePath.join('.')

/** Complaints of OPA's parser; of those on one line the first, which the others follow from. */
function problemsOf(file: string, errors: readonly Diagnostic[]): PolicyProblem[] {
  const rows = new Set<number | undefined>()
  return errors.flatMap(({ message, row, col }) => {
    if (row !== undefined && rows.has(row)) return []
    rows.add(row)
    const at = row === undefined ? {} : { line: row, column: col ?? 1 }
    return [{ file, ...at, message: plain(message), severity: 'error' as const }]
  })
}

const isOfToolchain = ({ code }: Diagnostic): boolean => code.startsWith('toolchain_')

function plain(message: string): string {
  // Lines of the annotations, counted from their first, lead nowhere.
  const annotations = /^yaml: (?:unmarshal errors:\s+)?line \d+: (.*?)(?: at line \d+)?$/s.exec(message)
  return (annotations ? `the annotations: ${annotations[1]}` : message).replace(/\s+/g, ' ')
}

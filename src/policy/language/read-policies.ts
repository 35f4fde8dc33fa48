/**
 * Reads all files of a policy folder.
 * @module
 */
import type { PolicyFile } from '../policy.js'
import { type Diagnostic, stackOverflow, type Toolchain } from '../toolchain/toolchain.js'
import { assemblePolicies, type PolicySet } from './assemble-policies.js'
import { emptyReading, type FileReading } from './file-reading.js'
import { readText } from './file-text.js'
import { type ParsedRego, readRegoFile } from './read-rego-file.js'
import { readYamlFile } from './read-yaml-file.js'
import { tooDeepInRego } from './rego-nesting.js'
import { type Place, tooDeep } from './yaml-documents.js'

/** What is needed of OPA to read policies. */
export type RegoParser = Pick<Toolchain, 'parse'>

/**
 * Whether a file of the folder is read at all: `.yaml`, `.yml`, `.json`, `.rego`, unless it or a folder above it starts
 * with a dot (editors' files, `.git`, the `..data` of a mounted ConfigMap).
 */
export function isPolicyFile(path: string): boolean {
  return /\.(?:ya?ml|json|rego)$/.test(path) && !path.split('/').some((name) => name.startsWith('.'))
}

/**
 * Reads the files. Nothing is thrown for what stands in them: all problems of all files are in the set's `problems`.
 * Files that are none of the folder's (see `isPolicyFile`) are passed over.
 */
export async function readPolicies(files: readonly PolicyFile[], toolchain: RegoParser): Promise<PolicySet> {
  return assemblePolicies(await readFiles(files, toolchain))
}

/** Reads each file by itself: the part that need not be done again for files that did not change. */
export async function readFiles(files: readonly PolicyFile[], toolchain: RegoParser): Promise<FileReading[]> {
  const read = files.filter(({ path }) => isPolicyFile(path))
  const rego = read.filter(({ path }) => path.endsWith('.rego'))
  const parsed = await parseAll(rego, toolchain)
  return read.map((file) => {
    if (!file.path.endsWith('.rego')) return readYamlFile(file)
    const ast = parsed.get(file.path)
    return ast === undefined ? nothingIn(file) : readRegoFile(file, ast)
  })
}

function nothingIn(file: PolicyFile): FileReading {
  const text = readText(file)
  if (!text.ok) return { ...emptyReading(file.path), problems: [text.problem] }
  const problem = {
    file: file.path,
    line: 1,
    column: 1,
    message: 'the file holds nothing',
    severity: 'warning' as const,
  }
  return { ...emptyReading(file.path), problems: [problem] }
}

type Sources = Readonly<Record<string, string>>

async function parseAll(
  files: readonly PolicyFile[],
  toolchain: RegoParser,
): Promise<ReadonlyMap<string, ParsedRego>> {
  const parsed = new Map<string, ParsedRego>()
  const sources: Record<string, string> = {}
  for (const file of files) {
    const text = readText(file)
    // The reading says what is wrong with it, syntax tree or not.
    if (!text.ok) parsed.set(file.path, { ok: false, errors: [] })
    else if (text.text.trim() !== '') {
      const deep = tooDeepInRego(text.text)
      if (deep === undefined) sources[file.path] = text.text
      else parsed.set(file.path, { ok: false, errors: [nestingError(deep)] })
    }
  }
  await parse(sources, toolchain, parsed)
  return parsed
}

const nestingError = ({ line, column }: Place): Diagnostic => ({
  code: 'nesting',
  message: tooDeep,
  row: line,
  col: column,
})

/** Parses all at once; when some have errors, the others are asked for again, because OPA answers all or none. */
async function parse(sources: Sources, toolchain: RegoParser, into: Map<string, ParsedRego>): Promise<void> {
  const paths = Object.keys(sources)
  if (paths.length === 0) return
  const reply = await toolchain.parse({ files: sources, locations: true })
  if (reply.ok) {
    for (const [path, module] of Object.entries(reply.modules)) into.set(path, { ok: true, module })
    return
  }
  const strangers = reply.errors.filter(({ file }) => file === undefined || !Object.hasOwn(sources, file))
  // What brings the parser down is in one of them: the others are not to blame.
  if (paths.length > 1 && strangers.some(({ code }) => failures.has(code))) {
    const middle = paths.length >> 1
    await parse(pick(sources, paths.slice(0, middle)), toolchain, into)
    await parse(pick(sources, paths.slice(middle)), toolchain, into)
    return
  }
  const failed = new Set(strangers.length > 0 ? paths : reply.errors.map(({ file }) => file!))
  for (const path of failed) {
    const own = reply.errors.filter(({ file }) => file === path)
    into.set(path, { ok: false, errors: [...own, ...strangers] })
  }
  const rest = paths.filter((path) => !failed.has(path))
  await parse(pick(sources, rest), toolchain, into)
}

const failures: ReadonlySet<string> = new Set([stackOverflow.code, 'toolchain_crash', 'toolchain_panic'])

const pick = (sources: Sources, paths: readonly string[]): Sources =>
  Object.fromEntries(paths.map((path) => [path, sources[path]!]))

/**
 * Reads all files of a policy folder.
 * @module
 */
import type { PolicyFile } from '../policy.js'
import type { Toolchain } from '../toolchain/toolchain.js'
import { assemblePolicies, type PolicySet } from './assemble-policies.js'
import { emptyReading, type FileReading } from './file-reading.js'
import { readText } from './file-text.js'
import { type ParsedRego, readRegoFile } from './read-rego-file.js'
import { readYamlFile } from './read-yaml-file.js'

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

/**
 * Parses all at once; when some have errors, the others are asked for again, because OPA answers all or none. Where the
 * toolchain itself gives up, the halves are asked for, until the file is found that it gave up on.
 */
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
    else if (text.text.trim() !== '') sources[file.path] = text.text
  }
  const batches = [Object.keys(sources)]
  for (let paths = batches.pop(); paths !== undefined; paths = batches.pop()) {
    if (paths.length === 0) continue
    const files = Object.fromEntries(paths.map((path) => [path, sources[path]!]))
    const reply = await toolchain.parse({ files, locations: true })
    if (reply.ok) {
      for (const [path, module] of Object.entries(reply.modules)) parsed.set(path, { ok: true, module })
      continue
    }
    const { errors } = reply
    const strangers = errors.filter(({ file }) => file === undefined || !Object.hasOwn(files, file))
    if (strangers.length > 0 && paths.length > 1) {
      const half = Math.ceil(paths.length / 2)
      batches.push(paths.slice(half), paths.slice(0, half))
      continue
    }
    const failed = paths.filter((path) => strangers.length > 0 || errors.some(({ file }) => file === path))
    for (const path of failed) {
      const own = errors.filter(({ file }) => file === path)
      parsed.set(path, { ok: false, errors: [...own, ...strangers] })
    }
    batches.push(paths.filter((path) => !failed.includes(path)))
  }
  return parsed
}

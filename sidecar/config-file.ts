/** `stepgate.yaml`: which keys it holds, and where each stands. @module */
import { readFile } from 'node:fs/promises'
import { readText } from '../src/policy/language/file-text.js'
import { kindOf } from '../src/policy/language/schema-problems.js'
import { readYamlDocuments } from '../src/policy/language/yaml-documents.js'
import { problemLine } from './report/problems.js'

/** A value as written, and the place to point at when it is wrong. */
export interface FileEntry {
  readonly key: string
  readonly value: unknown
  /** `stepgate.yaml:3:7`. */
  readonly where: string
}

export type ConfigFile =
  | { readonly ok: true; readonly entries: readonly FileEntry[] }
  | {
      readonly ok: false
      readonly absent: boolean
      readonly problems: readonly string[]
    }

/** Reads the top-level keys of a YAML file; whether they are settings is for the caller to say. */
export async function readConfigFile(path: string): Promise<ConfigFile> {
  let bytes: Buffer
  try {
    bytes = await readFile(path)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return { ok: false, absent: code === 'ENOENT', problems: [`${path}: ${unread[code ?? ''] ?? message}`] }
  }
  if (bytes.toString('latin1').trim() === '') return { ok: true, entries: [] }
  const file = readText({ path, bytes })
  if (!file.ok) return { ok: false, absent: false, problems: [problemLine('', file.problem)] }
  const { documents, problems } = readYamlDocuments(file.text)
  const [document, second] = documents
  const at = ({ line, column }: { line: number; column: number }) => `${path}:${line}:${column}`
  const refuse = (...problems: string[]): ConfigFile => ({ ok: false, absent: false, problems })
  if (problems.length > 0) return refuse(...problems.map((each) => `${at(each)}: ${each.message}`))
  if (second) return refuse(`${at(second.place([]))}: a second document begins here; settings are one map`)
  if (!document) return { ok: true, entries: [] }
  const { value } = document
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuse(`${at(document.place([]))}: settings are a map, such as "port: 8080", not ${kindOf(value)}`)
  const entries = Object.entries(value).map(([key, value]) => ({
    key,
    value,
    where: at(document.place([key], { key: true })),
  }))
  return { ok: true, entries }
}

const unread: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder, not a file',
  EACCES: 'this process may not read it',
}

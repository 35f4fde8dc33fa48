/** `stepgate.yaml`: which keys it holds, and where each stands. @module */
import { readFile } from 'node:fs/promises'
import { isMap, isScalar, LineCounter, parseDocument } from 'yaml'

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
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    const absent = (error as NodeJS.ErrnoException).code === 'ENOENT'
    const why = absent ? 'there is no such file' : (error as Error).message
    return { ok: false, absent, problems: [`${path}: ${why}`] }
  }
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return `${path}:${line}:${col}`
  }
  if (document.errors.length > 0) {
    const problems = document.errors.map(
      (e) => `${at(e.pos[0])}: ${e.message.split('\n')[0]!.replace(/ at line .*/, '')}`,
    )
    return { ok: false, absent: false, problems }
  }
  const root = document.contents
  if (root === null || (isScalar(root) && root.value === null)) return { ok: true, entries: [] }
  if (!isMap(root))
    return {
      ok: false,
      absent: false,
      problems: [`${at(0)}: settings are a map, such as "port: 8080"`],
    }
  return {
    ok: true,
    entries: root.items.map(({ key, value }) => {
      const offset = (node: unknown) => (node as { range?: [number] | null } | null)?.range?.[0] ?? 0
      return {
        key: String(isScalar(key) ? key.value : key),
        value: (value as { toJS?(doc: unknown): unknown } | null)?.toJS?.(document) ?? null,
        where: at(offset(key)),
      }
    }),
  }
}

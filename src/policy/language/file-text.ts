import type { PolicyFile, PolicyProblem } from '../policy.js'
import type { Place } from './yaml-documents.js'

/** The largest file that is read, in bytes. */
export const MAX_FILE_BYTES = 1024 * 1024

export type FileText =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly problem: PolicyProblem }

/** The text of a file: UTF-8, without byte order mark, without NUL, of bearable size. */
export function readText({ path, bytes }: PolicyFile): FileText {
  const refuse = (message: string, at?: Place): FileText => ({
    ok: false,
    problem: { file: path, ...at, message, severity: 'error' },
  })
  const start = { line: 1, column: 1 }
  if (bytes.length > MAX_FILE_BYTES)
    return refuse(`the file is larger than ${MAX_FILE_BYTES / 1024} KiB: split it`)
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
    return refuse('the file is UTF-16: save it as UTF-8', start)
  // Many programs empty a file before they write it anew: taken for no policies, what it held would stop applying.
  if (bytes.every(isSpace)) return refuse('the file is empty: write what it is to hold, or delete it', start)
  const nul = bytes.indexOf(0)
  if (nul >= 0) return refuse('the file holds a NUL byte: it is no text', placeAfter(bytes.subarray(0, nul)))
  try {
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) }
  } catch {
    return refuse('the file is not UTF-8', placeAfter(decodable(bytes)))
  }
}

const isSpace = (byte: number): boolean => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)

/** The place of the character that follows these; one that breaks off at their end is not counted. */
function placeAfter(bytes: Uint8Array): Place {
  const lines = new TextDecoder().decode(bytes, { stream: true }).split('\n')
  return { line: lines.length, column: [...lines.at(-1)!].length + 1 }
}

/** The longest beginning that is UTF-8, or could become it with more bytes. */
function decodable(bytes: Uint8Array): Uint8Array {
  let [good, bad] = [0, bytes.length + 1]
  while (bad - good > 1) {
    const middle = (good + bad) >> 1
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, middle), { stream: true })
      good = middle
    } catch {
      bad = middle
    }
  }
  return bytes.subarray(0, good)
}

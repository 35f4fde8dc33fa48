import type { PolicyFile, PolicyProblem } from '../policy.js'

/** The largest file that is read, in bytes. */
export const MAX_FILE_BYTES = 1024 * 1024

export type FileText =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly problem: PolicyProblem }

/** The text of a file: UTF-8, without byte order mark, without NUL, of bearable size. */
export function readText({ path, bytes }: PolicyFile): FileText {
  const refuse = (message: string, line?: number): FileText => ({
    ok: false,
    problem: { file: path, ...(line === undefined ? {} : { line, column: 1 }), message, severity: 'error' },
  })
  if (bytes.length > MAX_FILE_BYTES)
    return refuse(`the file is larger than ${MAX_FILE_BYTES / 1024} KiB: split it`)
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
    return refuse('the file is UTF-16: save it as UTF-8', 1)
  // Many programs empty a file before they write it anew: taken for no policies, what it held would stop applying.
  if (bytes.every(isSpace)) return refuse('the file is empty: write what it is to hold, or delete it', 1)
  const nul = bytes.indexOf(0)
  if (nul >= 0) return refuse('the file holds a NUL byte: it is no text', lineOf(bytes, nul))
  try {
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) }
  } catch {
    return refuse('the file is not UTF-8', firstBadLine(bytes))
  }
}

const isSpace = (byte: number): boolean => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)

function lineOf(bytes: Uint8Array, offset: number): number {
  let line = 1
  for (let i = 0; i < offset; i++) if (bytes[i] === 0x0a) line++
  return line
}

// A newline is never part of a longer UTF-8 sequence, so lines can be judged one by one.
function firstBadLine(bytes: Uint8Array): number {
  let start = 0
  for (let line = 1; ; line++) {
    const end = bytes.indexOf(0x0a, start)
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(start, end < 0 ? bytes.length : end))
    } catch {
      return line
    }
    if (end < 0) return line
    start = end + 1
  }
}

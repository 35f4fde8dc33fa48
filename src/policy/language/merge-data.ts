import type { PolicyProblem } from '../policy.js'
import type { DataPart } from './file-reading.js'

type Data = Record<string, unknown>

/**
 * Merges data documents: objects join, member by member; anything else may be said once. What two files both say, or
 * what would hide the policies themselves, is a problem.
 */
export function mergeData(parts: readonly DataPart[]): { data: Data; problems: PolicyProblem[] } {
  const data: Data = {}
  const problems: PolicyProblem[] = []
  /** The file that said each thing first, by its path in JSON. */
  const owners = new Map<string, string>()

  const claim = (value: unknown, at: readonly string[], file: string): void => {
    owners.set(JSON.stringify(at), file)
    if (isObject(value))
      for (const [name, member] of Object.entries(value)) claim(member, [...at, name], file)
  }
  const merge = (into: Data, from: Readonly<Data>, above: readonly string[], file: string): void => {
    for (const [name, value] of Object.entries(from)) {
      const at = [...above, name]
      const there = Object.hasOwn(into, name) ? into[name] : undefined
      if (there === undefined) {
        define(into, name, structuredClone(value))
        claim(value, at, file)
      } else if (isObject(there) && isObject(value)) merge(there, value, at, file)
      else {
        const message = `data.${at.join('.')} is said by ${owners.get(JSON.stringify(at))} and by ${file}`
        problems.push({ file, message, severity: 'error' })
      }
    }
  }

  for (const { file, value } of [...parts].sort((a, b) => (a.file < b.file ? -1 : 1))) {
    const { stepgate, ...rest } = value
    if (stepgate !== undefined)
      problems.push({
        file,
        message: 'data.stepgate is where the policies are: choose another name',
        severity: 'error',
      })
    merge(data, rest, [], file)
  }
  return { data, problems }
}

function isObject(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

// A member named `__proto__` is data like any other.
function define(into: Data, name: string, value: unknown): void {
  Object.defineProperty(into, name, { value, enumerable: true, writable: true, configurable: true })
}

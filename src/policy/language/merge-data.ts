import { isObject } from '../../domain/json.js'
import type { PolicyProblem } from '../policy.js'
import type { FileReading } from './file-reading.js'
import { jsonPlaces, placeKey } from './json-places.js'
import { type Place, type PlacedValue, readYamlDocuments } from './yaml-documents.js'

type Data = Record<string, unknown>

type DataReading = Pick<FileReading, 'file' | 'data' | 'dataText'>

/**
 * Merges data documents: objects join, member by member; anything else may be said once. What two files both say, or
 * what would hide the policies themselves, is a problem.
 */
export function mergeData(readings: readonly DataReading[]): { data: Data; problems: PolicyProblem[] } {
  const data: Data = {}
  const problems: PolicyProblem[] = []
  /** The file that said each thing first, by its path in JSON. */
  const owners = new Map<string, string>()

  const claim = (value: unknown, at: readonly string[], file: string): void => {
    owners.set(JSON.stringify(at), file)
    if (isObject(value))
      for (const [name, member] of Object.entries(value)) claim(member, [...at, name], file)
  }
  const merge = (into: Data, from: Readonly<Data>, above: readonly string[], part: Placed): void => {
    for (const [name, value] of Object.entries(from)) {
      const at = [...above, name]
      const there = Object.hasOwn(into, name) ? into[name] : undefined
      if (there === undefined) {
        define(into, name, structuredClone(value))
        claim(value, at, part.file)
      } else if (isObject(there) && isObject(value)) merge(there, value, at, part)
      else {
        const { file } = part
        const message = `data.${at.join('.')} is said by ${owners.get(JSON.stringify(at))} and by ${file}`
        problems.push({ file, ...part.place(at), message, severity: 'error' })
      }
    }
  }

  const parts = [...readings]
    .sort((a, b) => (a.file < b.file ? -1 : 1))
    .flatMap(({ file, data: said, dataText = '' }) =>
      said.map(({ value, document }) => ({ file, value, place: placesIn(dataText, document) })),
    )
  for (const part of parts) {
    const { stepgate, ...rest } = part.value
    if (stepgate !== undefined)
      problems.push({
        file: part.file,
        ...part.place(['stepgate']),
        message: 'data.stepgate is where the policies are: choose another name',
        severity: 'error',
      })
    merge(data, rest, [], part)
  }
  return { data, problems }
}

interface Placed {
  readonly file: string
  /** Where a name stands, after those that lead to it. */
  readonly place: (names: readonly string[]) => Place
}

/** The text is read again for the first name that is asked for. */
function placesIn(text: string, document: number | undefined): Placed['place'] {
  if (document === undefined) {
    let places: ReadonlyMap<string, Place> | undefined
    return (names) => {
      places ??= jsonPlaces(text)
      return places.get(placeKey(names))!
    }
  }
  let value: PlacedValue | undefined
  return (names) => {
    value ??= readYamlDocuments(text).documents[document]!
    return value.place(['data', ...names], { key: true })
  }
}

// A member named `__proto__` is data like any other.
function define(into: Data, name: string, value: unknown): void {
  Object.defineProperty(into, name, { value, enumerable: true, writable: true, configurable: true })
}

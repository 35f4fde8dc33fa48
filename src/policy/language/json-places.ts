import type { Place } from './yaml-documents.js'

const sign = /"(?:[^"\\]|\\.)*"|[{}[\],\n]/g

/**
 * Where the names of a JSON text's objects stand, each under the names that lead to it (see `placeKey`); what stands in
 * lists is left out.
 * @param text valid JSON
 */
export function jsonPlaces(text: string): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>()
  /** The name read last in each object that is open; undefined for a list. */
  const open: (string | undefined)[] = []
  let wantsName = false
  let line = 1
  let lineStart = 0
  for (const { 0: found, index } of text.matchAll(sign)) {
    if (found === '\n') {
      line++
      lineStart = index + 1
    } else if (found === '{' || found === '[') {
      open.push(found === '{' ? '' : undefined)
      wantsName = found === '{'
    } else if (found === '}' || found === ']') open.pop()
    else if (found === ',') wantsName = open.at(-1) !== undefined
    else if (wantsName) {
      wantsName = false
      open[open.length - 1] = JSON.parse(found) as string
      if (!open.includes(undefined)) places.set(placeKey(open), { line, column: index - lineStart + 1 })
    }
  }
  return places
}

/** Names that lead to a value, as one text. */
export const placeKey = (names: readonly unknown[]): string => JSON.stringify(names)

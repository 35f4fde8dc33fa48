/**
 * Where one text stands in another, in time linear in both: a caller may make them. V8 and OPA's WASM try every place,
 * which takes a minute where half a mebibyte of `a` is looked for in a whole one.
 */

/** Short ones V8 finds quickly whatever the text. */
const SHORT = 64

/**
 * Positions of a text that is not empty, in UTF-16 units, from the first to the last.
 * @param overlapping also those that begin inside the one before
 */
export function* occurrences(text: string, part: string, overlapping = false): Generator<number> {
  if (part.length > SHORT) {
    yield* occurrencesOfLong(text, part, overlapping)
    return
  }
  const step = overlapping ? 1 : part.length
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + step)) yield at
}

/** The first position; -1 where there is none. */
export function firstOccurrence(text: string, part: string): number {
  if (part.length <= SHORT) return text.indexOf(part)
  return occurrencesOfLong(text, part, false).next().value ?? -1
}

/** The text between the occurrences. */
export function splitAt(text: string, part: string): string[] {
  if (part.length <= SHORT) return text.split(part)
  const parts: string[] = []
  let from = 0
  for (const at of occurrencesOfLong(text, part, false)) {
    parts.push(text.slice(from, at))
    from = at + part.length
  }
  parts.push(text.slice(from))
  return parts
}

/** Knuth, Morris and Pratt's way. */
function* occurrencesOfLong(text: string, part: string, overlapping: boolean): Generator<number, undefined> {
  if (part.length > text.length) return
  const borders = bordersOf(part)
  let matched = 0
  for (let at = 0; at < text.length; at++) {
    while (matched > 0 && text.charCodeAt(at) !== part.charCodeAt(matched)) matched = borders[matched - 1]!
    if (text.charCodeAt(at) === part.charCodeAt(matched)) matched++
    if (matched < part.length) continue
    yield at + 1 - matched
    matched = overlapping ? borders[matched - 1]! : 0
  }
}

/** Of each beginning of the text, how much of its end is also its beginning. */
function bordersOf(text: string): Int32Array {
  const borders = new Int32Array(text.length)
  let matched = 0
  for (let at = 1; at < text.length; at++) {
    while (matched > 0 && text.charCodeAt(at) !== text.charCodeAt(matched)) matched = borders[matched - 1]!
    if (text.charCodeAt(at) === text.charCodeAt(matched)) matched++
    borders[at] = matched
  }
  return borders
}

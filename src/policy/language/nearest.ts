import { closest, distance } from 'fastest-levenshtein'

/**
 * The known word that was probably meant, or undefined when none is near enough to be worth suggesting.
 * Case and `-`/`_` do not count as differences.
 */
export function nearestOf(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined
  const plain = (text: string): string => text.toLowerCase().replaceAll('-', '_')
  const wanted = plain(word)
  const best = known[known.map(plain).indexOf(closest(wanted, known.map(plain)))]!
  // Letters in the wrong order count once for the pair, as they feel.
  const swapped = letters(wanted) === letters(plain(best)) ? 1 : 0
  const apart = distance(wanted, plain(best)) - swapped
  const limit = best.length < 3 ? 0 : Math.max(1, Math.floor(best.length / 3))
  return apart <= limit ? best : undefined
}

const letters = (text: string): string => [...text].sort().join('')

/** `; did you mean "x"?` or, when nothing is near, `; known are a, b, c`. Goes after what was wrong. */
export function suggestion(word: string, known: readonly string[]): string {
  const near = nearestOf(word, known)
  return near === undefined ? `; known are ${known.join(', ')}` : `; did you mean "${near}"?`
}

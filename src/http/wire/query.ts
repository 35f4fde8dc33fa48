/** Reading query parameters. @module */

/** A whole number at least `least`, or undefined. */
export function wholeNumber(text: string | undefined, least: number): number | undefined {
  if (text === undefined || !/^\d{1,15}$/.test(text)) return undefined
  const value = Number(text)
  return value >= least ? value : undefined
}

/** The words of a comma list; undefined where it is absent or empty. */
export function wordList(text: string | undefined): readonly string[] | undefined {
  const words = (text ?? '')
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
  return words.length === 0 ? undefined : words
}

/** How far before a finding a word about it may stand, in UTF-16 units. */
const REACH = 48
/**
 * What may stand between the word and the finding, in the syntax of JavaScript patterns: no other value, and not too
 * much; or the rest of a name, for the text of an input has each name on a line and its value on the next.
 */
export const BETWEEN = '(?:[^\\d\\n,;{}]{0,24}|[\\w .-]{0,16}\\n)'

/**
 * Tells whether one of some words stands shortly before a place: what makes `account number: 12345678` a bank account.
 *
 * @param words alternatives in the syntax of JavaScript patterns, for lower-case text
 */
export function saidBefore(words: string): (text: string, place: number) => boolean {
  const pattern = new RegExp(`(?:^|[^a-z])(?:${words})${BETWEEN}$`)
  return (text, place) => pattern.test(apart(text.slice(Math.max(0, place - REACH), place)))
}

/** `accountNumber` reads as `account number`. */
function apart(text: string): string {
  return text.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()
}

/** What is said before the number of a passport. */
export const SAID_PASSPORT =
  'passport(?:[ _.-]?(?:number|no|num|nr|id|#))?|passeport|reisepass|pasaporte|passaporto|paspor'

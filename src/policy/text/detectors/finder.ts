import { backtracksLinearly } from '../backtracking.js'
import { needsOf } from '../literals.js'
import { neededCharacter } from '../needed-character.js'
import { mayMeet, packNeeds } from '../needs.js'
import { parseRe2 } from '../re2-syntax.js'
import type { TextView } from '../text-view.js'
import { v8Source } from '../v8-source.js'

/** Whether what was found is what was looked for: the match, the text, and where in it the match begins. */
export type Verdict = (match: string, text: string, start: number) => boolean

/**
 * A search for what a pattern can only point at: each match is shown to a verdict until one is accepted.
 *
 * @param source RE2 syntax; the pattern must be one that a backtracking engine finds in linear time
 * @throws Error when it is not: the pattern is part of the program
 */
export function finder(source: string, accept: Verdict): (view: TextView) => boolean {
  const parsed = parseRe2(source)
  const js = parsed.ok ? v8Source(parsed.tree) : undefined
  if (!parsed.ok || js === undefined || !backtracksLinearly(parsed.tree)) {
    throw new Error(`a detector's own pattern cannot be searched for: ${source}`)
  }
  const needs = packNeeds(needsOf(parsed.tree))
  const character = needs !== undefined ? undefined : neededCharacter(parsed.tree)
  const pattern = new RegExp(`(?:${js})(?=)`, 'g')
  return (view) => {
    if (needs !== undefined) {
      const sketch = view.sketchFor(true)
      if (sketch !== undefined && !mayMeet(sketch, needs)) return false
    }
    if (character !== undefined && !view.text.includes(character)) return false
    return findAccepted(pattern, view.text, accept)
  }
}

function findAccepted(pattern: RegExp, text: string, accept: Verdict): boolean {
  pattern.lastIndex = 0
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    if (accept(match[0], text, match.index)) return true
    // What was looked for may begin within what was refused.
    pattern.lastIndex = match.index + 1
  }
  return false
}

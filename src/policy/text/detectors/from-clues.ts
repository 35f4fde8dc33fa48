import { compilePattern } from '../pattern.js'
import { searchFor } from '../search.js'
import type { TextView } from '../text-view.js'
import type { Detector, DetectorDescription } from './detector.js'
import { finder, type Verdict } from './finder.js'

/** A pattern of RE2 syntax, alone or with a verdict on what it matches. */
export type Clue = string | { readonly pattern: string; readonly accept: Verdict }

/** A detector that finds something when one of its clues does. */
export interface ClueDetector extends DetectorDescription {
  readonly clues: readonly Clue[]
}

/** Makes detectors of tables of clues. Patterns are compiled when a detector is first asked. */
export function fromClues(tables: readonly ClueDetector[]): Detector[] {
  return tables.map(({ clues, ...description }) => {
    let searches: ReadonlyArray<(view: TextView) => boolean> | undefined
    return {
      ...description,
      test(view) {
        searches ??= clues.map(searchOf)
        for (const search of searches) if (search(view)) return true
        return false
      },
    }
  })
}

function searchOf(clue: Clue): (view: TextView) => boolean {
  if (typeof clue !== 'string') return finder(clue.pattern, clue.accept)
  const compiled = compilePattern(clue)
  if (!compiled.ok) throw new Error(`a detector's own pattern is refused: ${clue}: ${compiled.message}`)
  // Detectors come by the dozen, so a sketch always pays.
  return searchFor(compiled.pattern, true)
}

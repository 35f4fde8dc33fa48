import { compilePattern } from '../pattern.js'
import { searchFor } from '../search.js'
import type { TextView } from '../text-view.js'
import type { Detector, DetectorDescription } from './detector.js'

/** A detector that finds something when one of its patterns matches. */
export interface PatternDetector extends DetectorDescription {
  readonly patterns: readonly string[]
}

/** Makes detectors of tables of patterns. Patterns are compiled when a detector is first asked. */
export function fromPatterns(tables: readonly PatternDetector[]): Detector[] {
  return tables.map(({ patterns, ...description }) => {
    let searches: ReadonlyArray<(view: TextView) => boolean> | undefined
    return {
      ...description,
      test(view) {
        searches ??= patterns.map(searchOf)
        for (const search of searches) if (search(view)) return true
        return false
      },
    }
  })
}

function searchOf(source: string): (view: TextView) => boolean {
  const compiled = compilePattern(source)
  if (!compiled.ok) throw new Error(`a detector's own pattern is refused: ${source}: ${compiled.message}`)
  return searchFor(compiled.pattern)
}

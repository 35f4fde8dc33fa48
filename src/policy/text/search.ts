import { mayMeet } from './needs.js'
import type { Pattern } from './pattern.js'
import type { TextView } from './text-view.js'

/**
 * A search for a pattern that asks the sketch of the text first, where that is quicker.
 *
 * @param costly whether the search pays for a sketch by itself; by default when its pattern does
 */
export function searchFor(pattern: Pattern, costly = pattern.costly): (view: TextView) => boolean {
  const { needs } = pattern
  if (needs === undefined) return (view) => pattern.test(view.text)
  return (view) => {
    const sketch = view.sketchFor(costly)
    return (sketch === undefined || mayMeet(sketch, needs)) && pattern.test(view.text)
  }
}

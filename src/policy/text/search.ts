import type { Pattern } from './pattern.js'
import type { TextView } from './text-view.js'

/** A search for a pattern that asks the sketch of the text first, where that is quicker. */
export function searchFor(pattern: Pattern): (view: TextView) => boolean {
  if (!pattern.picky) return (view) => pattern.test(view.text)
  const { costly } = pattern
  return (view) => {
    const sketch = view.sketchFor(costly)
    return (sketch === undefined || pattern.mayMatch(sketch)) && pattern.test(view.text)
  }
}

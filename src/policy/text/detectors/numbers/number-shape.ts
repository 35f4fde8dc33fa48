/**
 * How a number is written: the sizes of its groups of digits and the separators between them, as in `3-2-4`,
 * `4 4 4 4`, `3.3.3-2` or just `16`.
 */
export type NumberShape = string

/** The separators a shape may name, by the UTF-16 unit met in texts; typographic dashes and spaces count as plain ones. */
const SEPARATORS: ReadonlyMap<number, number> = new Map([
  [0x20, 1],
  [0xa0, 1],
  [0x202f, 1],
  [0x2d, 2],
  [0x2010, 2],
  [0x2011, 2],
  [0x2013, 2],
  [0x2e, 3],
  [0x2f, 4],
])

/** A separator, in the syntax of JavaScript patterns. */
export const SEPARATOR = '[ \\-./\\u00a0\\u202f\\u2010\\u2011\\u2013]'

/** The code of the separator that stands for a space: where numbers that have nothing to do with each other may meet. */
export const SPACE = 1

/** The code of a separator, 0 when the unit is none. */
export function separatorCode(unit: number): number {
  return SEPARATORS.get(unit) ?? 0
}

/** A tree of shapes, group by group, with what is to be done where one ends. */
export interface ShapeTree<Entry> {
  readonly next: Map<number, ShapeTree<Entry>>
  readonly ends: Entry[]
}

/** The step in a tree from a group to the next, of this size, after this separator (0 at the start). */
export function shapeStep(separator: number, size: number): number {
  return separator * 64 + size
}

/** Puts shapes into one tree. */
export function shapeTree<Entry>(shapes: Iterable<readonly [NumberShape, Entry]>): ShapeTree<Entry> {
  const root: ShapeTree<Entry> = { next: new Map(), ends: [] }
  for (const [shape, entry] of shapes) {
    let node = root
    for (const [, separator, size] of shape.matchAll(/([ \-./]?)(\d+)/g)) {
      const step = shapeStep(separatorCode(separator!.charCodeAt(0)), Number(size))
      const known = node.next.get(step)
      const child = known ?? { next: new Map(), ends: [] }
      if (known === undefined) node.next.set(step, child)
      node = child
    }
    node.ends.push(entry)
  }
  return root
}

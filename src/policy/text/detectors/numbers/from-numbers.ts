import type { TextView } from '../../text-view.js'
import type { Detector, DetectorDescription } from '../detector.js'
import { saidBefore } from '../said-before.js'
import { visitNumbers } from './number-runs.js'
import { type NumberShape, shapeTree } from './number-shape.js'

/** Ways to write a number, and the words that must stand before it where its writing alone says too little. */
export interface NumberForm {
  readonly shapes: readonly NumberShape[]
  /** Alternatives, in the syntax of JavaScript patterns, for lower-case text. */
  readonly after?: string
  /** In place of the detector's own check. */
  readonly valid?: (digits: string) => boolean
}

/** A detector of numbers that are told by their writing, their check digits and the words before them. */
export interface NumberDetector extends DetectorDescription {
  readonly forms: readonly NumberForm[]
  /** Whether the digits, without separators, can be such a number. */
  valid(digits: string): boolean
}

interface Entry {
  readonly name: string
  readonly valid: (digits: string) => boolean
  readonly isSaid: ((text: string, start: number) => boolean) | undefined
}

/** Makes detectors that share one walk over the numbers of a text. */
export function fromNumbers(tables: readonly NumberDetector[]): Detector[] {
  const shapes = shapeTree(
    tables.flatMap((detector) => detector.forms.flatMap((form) => entries(detector, form))),
  )
  const find = (text: string): ReadonlySet<string> => {
    let found: Set<string> | undefined
    visitNumbers(text, shapes, ({ name, valid, isSaid }, digits, start) => {
      if (found?.has(name) || !valid(digits)) return
      if (isSaid !== undefined && !isSaid(text, start)) return
      found ??= new Set()
      found.add(name)
    })
    return found ?? NONE
  }
  return tables.map(({ name, title, description, category }) => ({
    name,
    title,
    description,
    category,
    test: (view: TextView) => view.once(find).has(name),
  }))
}

const NONE: ReadonlySet<string> = new Set()

function entries({ name, valid }: NumberDetector, form: NumberForm): Array<readonly [NumberShape, Entry]> {
  const isSaid = form.after === undefined ? undefined : saidBefore(form.after)
  const entry: Entry = { name, valid: form.valid ?? valid, isSaid }
  return form.shapes.map((shape) => [shape, entry])
}

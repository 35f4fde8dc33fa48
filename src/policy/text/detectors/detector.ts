import type { TextView } from '../text-view.js'

/** What a finding is about. */
export type DetectorCategory = 'pii' | 'secret' | 'sql' | 'code' | 'command' | 'prompt'

/** What people read about a detector. */
export interface DetectorDescription {
  /** The name policies use, `pii.ssn`. */
  readonly name: string
  readonly title: string
  /** One sentence: what is looked for and what is not taken for it. */
  readonly description: string
  readonly category: DetectorCategory
  /** What it finds is too common to be asked for together with others: its group leaves it out. */
  readonly byNameOnly?: true
}

/** A named question about a text. */
export interface Detector extends DetectorDescription {
  test(view: TextView): boolean
}

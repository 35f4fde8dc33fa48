import { TextSketch } from './sketch.js'

/** Below this length searching is as quick as asking a sketch. */
const WORTH_SKETCHING_LENGTH = 64
/** So many searches cost about as much as the sketch that might have saved them. */
const SEARCHES_A_SKETCH_COSTS = 8

/** A text that many tests look at, with what several of them need worked out once, when first asked for. */
export class TextView {
  private lowered: string | undefined
  private sketched: TextSketch | undefined
  private searches = 0
  private findings: Map<unknown, object> | undefined

  /** @param text what is looked at */
  constructor(readonly text: string) {}

  /** The text in lower case. */
  get lower(): string {
    this.lowered ??= this.text.toLowerCase()
    return this.lowered
  }

  /** What a piece of work finds in this text, worked out when first asked for. */
  once<Finding extends object>(work: (text: string) => Finding): Finding {
    this.findings ??= new Map()
    const known = this.findings.get(work)
    if (known !== undefined) return known as Finding
    const finding = work(this.text)
    this.findings.set(work, finding)
    return finding
  }

  /** The sketch, whether or not it pays. */
  get sketch(): TextSketch {
    this.sketched ??= new TextSketch(this.text)
    return this.sketched
  }

  /**
   * The sketch to ask before searching, or undefined when searching is the quicker way to know: on short texts, and
   * while few tests have looked at this one.
   *
   * @param costly whether the search at hand is slow enough to pay for a sketch by itself
   */
  sketchFor(costly: boolean): TextSketch | undefined {
    if (this.sketched !== undefined) return this.sketched
    if (this.text.length < WORTH_SKETCHING_LENGTH) return undefined
    if (!costly && ++this.searches <= SEARCHES_A_SKETCH_COSTS) return undefined
    return this.sketch
  }
}

/**
 * Judgements made before. What policies say follows from what they are given and from nothing else, and agents ask the
 * same again and again: the same tool, team and environment, in another step.
 * @module
 */
import type { Judgement } from '../../domain/decision.js'

/** So many are kept at least, and twice as many at most. */
const KEPT = 512

/** In characters. What is longer is not likely to come again, and callers choose much of it. */
const LONGEST_KEY = 1024
/** As JSON. A rule may make its reason as long as its caller says. */
const LONGEST_JUDGEMENT = 4096

/** Keeps what was asked for lately; bounded in number and in bytes. */
export class JudgementCache {
  #young = new Map<string, Judgement>()
  #old = new Map<string, Judgement>()

  get(key: string): Judgement | undefined {
    // It would be hashed for nothing.
    if (key.length > LONGEST_KEY) return undefined
    const young = this.#young.get(key)
    if (young !== undefined) return young
    const old = this.#old.get(key)
    if (old !== undefined) this.#keep(key, old)
    return old
  }

  /** @param key all that the judgement follows from */
  set(key: string, judgement: Judgement): void {
    if (key.length > LONGEST_KEY || JSON.stringify(judgement).length > LONGEST_JUDGEMENT) return
    this.#keep(key, judgement)
  }

  #keep(key: string, judgement: Judgement): void {
    if (this.#young.size >= KEPT) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(key, judgement)
  }
}

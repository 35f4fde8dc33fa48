/**
 * Asks policies that could match about an input. That one matches is said by WebAssembly, now or when it was asked the
 * same before.
 * @module
 */
import type { Judgement, PolicyFault, PolicyMatch } from '../../domain/decision.js'
import { type Asked, askModules, failureOf, shadowFailure } from './ask-modules.js'
import type { InputPath } from './compiled-shard.js'
import { type EncodedInput, encodeInput } from './encoded-input.js'
import type { FactNumber, Facts, HistoryFacts } from './facts.js'
import type { Fields } from './fields.js'
import { type InputPart, inputPart, partText } from './input-part.js'
import type { JudgementCache } from './judgement-cache.js'
import type { PolicyInput } from './policy-input.js'
import { withFacts, withSteps } from './wasm-input.js'
import type { WasmPolicy } from './wasm-policy.js'

/** A policy, where to ask about it, and what it looks at. */
export interface AskedPolicy extends Asked {
  readonly facts: readonly FactNumber[]
  /** What of the input to hand over; undefined: all. */
  readonly reads: readonly InputPath[] | undefined
}

/** What all policies of an engine are asked with. */
export interface Answering {
  readonly modules: readonly WasmPolicy[]
  readonly fields: Fields
  readonly facts: Facts
  /** The judgement where there is nothing to say. */
  readonly nothing: Judgement
  readonly before: JudgementCache
}

/** Policies that are asked together, and what is the same each time these are. */
export class Asking {
  readonly #key: string
  readonly #answering: Answering
  /** Of all of them, each once. */
  readonly #facts: readonly FactNumber[]
  /** What of the input to hand over; undefined: all. */
  readonly #part: InputPart | undefined
  /** Those that look at earlier steps are asked apart: the list is long. */
  readonly #overSteps: readonly AskedPolicy[]
  readonly #others: readonly AskedPolicy[]

  /** @param key tells these policies from others of the engine */
  constructor(key: string, policies: readonly AskedPolicy[], answering: Answering) {
    this.#key = key
    this.#answering = answering
    this.#facts = [...new Set(policies.flatMap(({ facts }) => facts))]
    const reads = policies.map((policy) => policy.reads)
    if (reads.every((paths) => paths !== undefined)) this.#part = inputPart(reads.flat(), answering.fields)
    this.#overSteps = policies.filter(({ policy }) => policy.readsSteps)
    this.#others = policies.filter(({ policy }) => !policy.readsSteps)
  }

  /** What they say about the input at hand; parameters as of `PolicyEngine.evaluate`. */
  ask(input: PolicyInput, inputText: () => string, history: HistoryFacts | undefined): Judgement {
    const { fields, facts, before } = this.#answering
    const part = this.#part
    const text = withFacts(part ? partText(part, fields) : inputText(), this.#facts, facts)
    // All of an input never comes again, and earlier steps are not in the text.
    if (!part || this.#overSteps.length > 0) return this.#judge(text, input, history).judgement
    const key = this.#key + text
    const known = before.get(key)
    if (known) return known
    const { judgement, failed } = this.#judge(text, input, history)
    if (!failed) before.set(key, judgement)
    return judgement
  }

  #judge(
    text: string,
    input: PolicyInput,
    history: HistoryFacts | undefined,
  ): { readonly judgement: Judgement; readonly failed: boolean } {
    const { modules, nothing } = this.#answering
    const matches: PolicyMatch[] = []
    let fault: PolicyFault | undefined
    let failed = false
    const note = (asked: readonly AskedPolicy[], encoded: EncodedInput): void => {
      for (const reading of askModules(modules, asked, encoded)) {
        if (reading.ok) {
          matches.push(...reading.matches)
          continue
        }
        failed = true
        if (reading.policy.enforcement === 'shadow') matches.push(shadowFailure(reading))
        else fault ??= failureOf(reading)
      }
    }
    if (this.#others.length > 0) note(this.#others, encodeInput(text))
    if (this.#overSteps.length > 0) note(this.#overSteps, encodeInput(withSteps(text, input, history)))
    if (matches.length === 0 && this.#facts.length === 0 && !fault) return { judgement: nothing, failed }
    // Asked module by module; told in id order.
    matches.sort((a, b) => (a.policyId < b.policyId ? -1 : a.policyId > b.policyId ? 1 : 0))
    const { revision } = nothing
    const facts = this.#factValues()
    return { judgement: { revision, matches, facts, ...(fault ? { fault } : {}) }, failed }
  }

  #factValues(): Readonly<Record<string, boolean>> {
    const { facts } = this.#answering
    const values: Record<string, boolean> = {}
    for (const number of this.#facts) values[facts.name(number)] = facts.holds(number)
    return values
  }
}

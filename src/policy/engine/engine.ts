/**
 * Judges an input by a policy set: finds the policies that could match, computes the facts they need, and asks their
 * modules. JavaScript only ever rules policies out; that one matches is said by WASM.
 * @module
 */

import type { Judgement, PolicyFault, PolicyMatch } from '../../domain/decision.js'
import { parseFieldPath } from '../language/field-path.js'
import type { Condition, Fact, Hook, Policy } from '../policy.js'
import { type Asked, askModules, evaluationFault, failureOf, shadowFailure } from './ask-modules.js'
import type { CompiledShard, InputPath } from './compiled-shard.js'
import { Conditions, NEVER, type Node } from './conditions.js'
import { type EncodedInput, encodeInput } from './encoded-input.js'
import { entrypointOf } from './entrypoint.js'
import { type FactNumber, Facts, type HistoryFacts } from './facts.js'
import { Fields, type Slot } from './fields.js'
import { PolicyIndex } from './policy-index.js'
import type { PolicyInput } from './policy-input.js'
import type { Revision } from './revision.js'
import { inRollout } from './rollout.js'
import { Texts } from './texts.js'
import { partRead, withFacts, withSteps } from './wasm-input.js'
import { messageOf, type WasmPolicy } from './wasm-policy.js'

/** A policy set that judges. Immutable; whoever holds one may go on asking it after another one has gone live. */
export interface PolicyEngine {
  readonly revision: Revision
  /** In id order, those that are off included. */
  readonly policies: readonly Policy[]
  /** Some policy reads `input.workflow.steps`: pass a `history` with `stepsText`. */
  readonly readsSteps: boolean
  /** Facts over `workflow.steps[*]`, which `history` must answer. */
  readonly historyFacts: readonly Fact[]
  /**
   * What the policies say about one input. Never throws: what cannot be evaluated is a `fault`, and the gate blocks.
   * @param input the policy input, without facts and without `workflow.steps`
   * @param inputText its JSON text; asked at most once, and only where a policy that could match may read any part of it
   * @param history what the caller knows of earlier steps; left out: there were none
   * @param body the JSON that what is of the step in the input was read from, as UTF-8, where it came as such
   */
  evaluate(
    hook: Hook,
    input: PolicyInput,
    inputText: () => string,
    history?: HistoryFacts,
    body?: Uint8Array,
  ): Judgement
}

export interface EngineOptions {
  readonly revision: Revision
  readonly shards: readonly CompiledShard[]
}

const hooks: readonly Hook[] = ['step', 'plan', 'completion', 'code']

/** What the engine holds of one policy. */
interface Subject extends Asked {
  readonly facts: readonly FactNumber[]
  readonly requires: Node
  readonly rolloutBy: Slot | undefined
  /** What of the input to hand over; undefined: all. */
  readonly reads: readonly InputPath[] | undefined
}

/** @throws Error when a module cannot be instantiated or lacks an entry point */
export function createEngine(options: EngineOptions): PolicyEngine {
  return new Engine(options)
}

class Engine implements PolicyEngine {
  readonly revision: Revision
  readonly policies: readonly Policy[]
  readonly readsSteps: boolean
  readonly historyFacts: readonly Fact[]
  readonly #fields = new Fields()
  readonly #texts = new Texts(this.#fields)
  readonly #facts = new Facts(this.#fields, this.#texts)
  readonly #conditions = new Conditions(this.#fields, this.#facts)
  readonly #modules: readonly WasmPolicy[]
  readonly #subjects: readonly Subject[]
  readonly #indexes: Readonly<Record<Hook, PolicyIndex>>
  readonly #nothing: Judgement
  readonly #found: number[] = []

  constructor({ revision, shards }: EngineOptions) {
    this.revision = revision
    this.#nothing = Object.freeze({ revision: revision.id, matches: [], facts: {} })
    this.#modules = shards.map(({ wasm }) => wasm)
    this.#subjects = shards
      .flatMap(({ policies, inputs }, shard) =>
        policies.map((policy, i) => this.#subject(policy, shard, inputs[i])),
      )
      .sort((a, b) => (a.policy.id < b.policy.id ? -1 : 1))
    this.policies = this.#subjects.map(({ policy }) => policy)
    const active = this.policies.filter((policy) => policy.enforcement !== 'off')
    this.readsSteps = active.some((policy) => policy.readsSteps)
    const history = active.flatMap(({ facts }) => facts.filter((fact) => fact.over.kind === 'history'))
    this.historyFacts = [...new Map(history.map((fact) => [fact.name, fact])).values()]
    this.#indexes = Object.fromEntries(hooks.map((hook) => [hook, this.#index(hook)])) as Record<
      Hook,
      PolicyIndex
    >
  }

  evaluate(
    hook: Hook,
    input: PolicyInput,
    inputText: () => string,
    history?: HistoryFacts,
    body?: Uint8Array,
  ): Judgement {
    try {
      this.#fields.begin(input)
      this.#texts.begin(body)
      this.#facts.begin(history)
      this.#conditions.begin()
      const found = this.#found
      found.length = 0
      this.#indexes[hook].find(found)
      if (found.length === 0) return this.#nothing
      const survivors = this.#survivors(found)
      return survivors.length === 0 ? this.#nothing : this.#ask(survivors, input, inputText, history)
    } catch (cause) {
      return {
        ...this.#nothing,
        fault: evaluationFault(`The policies could not be evaluated: ${messageOf(cause)}`),
      }
    }
  }

  #subject(policy: Policy, shard: number, reads: Subject['reads']): Subject {
    const { percent, by } = policy.rollout
    const path = percent < 100 ? parseFieldPath(by) : undefined
    if (path && !path.ok) throw new Error(`${policy.id}: rollout.by: ${path.message}`)
    const facts = policy.facts.map((fact) => this.#facts.add(fact))
    const numbers = this.#modules[shard]!.entrypoints()
    return {
      policy,
      shard,
      facts,
      requires: this.#conditions.add(scopedRequirement(policy)),
      reads,
      rolloutBy: path && this.#fields.slot(path.path),
      entrypoints: policy.actions.map((action) => {
        const name = entrypointOf(policy, action)
        const number = numbers[name]
        if (number === undefined) throw new Error(`${policy.id}: the module has no entry point ${name}`)
        return number
      }),
    }
  }

  #index(hook: Hook): PolicyIndex {
    const filed = this.#subjects.flatMap(({ policy, requires }, number) =>
      policy.appliesTo.includes(hook) &&
      policy.enforcement !== 'off' &&
      policy.rollout.percent > 0 &&
      requires !== NEVER
        ? [{ number, conjuncts: this.#conditions.conjuncts(requires) }]
        : [],
    )
    const questions = { conditions: this.#conditions, facts: this.#facts, texts: this.#texts }
    return new PolicyIndex(this.#fields, questions, filed)
  }

  /** In id order, each once, those outside their policy's rollout left out. */
  #survivors(found: number[]): Subject[] {
    if (found.length > 1) found.sort((a, b) => a - b)
    const survivors: Subject[] = []
    let last = -1
    for (const number of found) {
      if (number === last) continue
      last = number
      const subject = this.#subjects[number]!
      const { rolloutBy, policy } = subject
      const value = rolloutBy === undefined ? undefined : this.#fields.value(rolloutBy)
      if (inRollout(policy.id, policy.rollout.percent, value)) survivors.push(subject)
    }
    return survivors
  }

  #ask(
    survivors: readonly Subject[],
    input: PolicyInput,
    inputText: () => string,
    history: HistoryFacts | undefined,
  ): Judgement {
    const numbers = new Set<FactNumber>()
    for (const { facts } of survivors) for (const fact of facts) numbers.add(fact)
    const facts: Record<string, boolean> = {}
    for (const number of numbers) facts[this.#facts.name(number)] = this.#facts.holds(number)
    const text = withFacts(partRead(input, survivors) ?? inputText(), numbers, this.#facts)
    const matches: PolicyMatch[] = []
    let fault: PolicyFault | undefined
    const note = (asked: readonly Subject[], encoded: EncodedInput): void => {
      for (const reading of askModules(this.#modules, asked, encoded)) {
        if (reading.ok) matches.push(...reading.matches)
        else if (reading.policy.enforcement === 'shadow') matches.push(shadowFailure(reading))
        else fault ??= failureOf(reading)
      }
    }
    const reading = survivors.filter(({ policy }) => policy.readsSteps)
    const others = reading.length === 0 ? survivors : survivors.filter(({ policy }) => !policy.readsSteps)
    if (others.length > 0) note(others, encodeInput(text))
    if (reading.length > 0) note(reading, encodeInput(withSteps(text, input, history)))
    // Asked module by module; told in id order.
    matches.sort((a, b) => (a.policyId < b.policyId ? -1 : a.policyId > b.policyId ? 1 : 0))
    if (matches.length === 0 && numbers.size === 0 && !fault) return this.#nothing
    return { revision: this.revision.id, matches, facts, ...(fault ? { fault } : {}) }
  }
}

/** The policy's own condition, and the scope it is limited to. */
function scopedRequirement({ requires, scope }: Policy): Condition {
  const limits: Condition[] = []
  if (!scope.tenants.includes('*')) limits.push({ kind: 'in', path: ['tenant_id'], values: scope.tenants })
  if (!scope.sources.includes('*')) limits.push({ kind: 'in', path: ['source'], values: scope.sources })
  return limits.length === 0 ? requires : { kind: 'all', of: [...limits, requires] }
}

export type { PolicyInput }

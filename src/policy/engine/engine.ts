/**
 * Judges an input by a policy set: finds the policies that could match, computes the facts they need, and asks their
 * modules. JavaScript only ever rules policies out; that one matches is said by WASM.
 * @module
 */

import type { Judgement } from '../../domain/decision.js'
import { parseFieldPath } from '../language/field-path.js'
import type { Condition, Fact, Hook, Policy } from '../policy.js'
import { evaluationFault } from './ask-modules.js'
import { type Answering, type AskedPolicy, Asking } from './asking.js'
import type { CompiledShard } from './compiled-shard.js'
import { Conditions, NEVER, type Node } from './conditions.js'
import { entrypointOf } from './entrypoint.js'
import { Facts, type HistoryFacts } from './facts.js'
import { Fields, type Slot } from './fields.js'
import { JudgementCache } from './judgement-cache.js'
import { PolicyIndex } from './policy-index.js'
import type { PolicyInput } from './policy-input.js'
import type { Revision } from './revision.js'
import { inRollout } from './rollout.js'
import { Texts } from './texts.js'
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
interface Subject extends AskedPolicy {
  readonly requires: Node
  readonly rolloutBy: Slot | undefined
}

/** So many sets of policies are remembered. */
const MOST_ASKINGS = 1000

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
  readonly #askings = new Map<number | string, Asking>()
  readonly #answering: Answering

  constructor({ revision, shards }: EngineOptions) {
    this.revision = revision
    this.#nothing = Object.freeze({ revision: revision.id, matches: [], facts: {} })
    this.#modules = shards.map(({ wasm }) => wasm)
    this.#answering = {
      modules: this.#modules,
      fields: this.#fields,
      facts: this.#facts,
      nothing: this.#nothing,
      before: new JudgementCache(),
    }
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
      return survivors.length === 0 ? this.#nothing : this.#askingOf(survivors).ask(input, inputText, history)
    } catch (cause) {
      return {
        ...this.#nothing,
        fault: evaluationFault(`The policies could not be evaluated: ${messageOf(cause)}`),
      }
    }
  }

  #subject(policy: Policy, shard: number, reads: AskedPolicy['reads']): Subject {
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
  #survivors(found: number[]): number[] {
    if (found.length > 1) found.sort((a, b) => a - b)
    const survivors: number[] = []
    let last = -1
    for (const number of found) {
      if (number === last) continue
      last = number
      const { rolloutBy, policy } = this.#subjects[number]!
      const value = rolloutBy === undefined ? undefined : this.#fields.value(rolloutBy)
      if (inRollout(policy.id, policy.rollout.percent, value)) survivors.push(number)
    }
    return survivors
  }

  #askingOf(numbers: readonly number[]): Asking {
    const key = numbers.length === 1 ? numbers[0]! : numbers.join()
    const known = this.#askings.get(key)
    if (known) return known
    const policies = numbers.map((number) => this.#subjects[number]!)
    const asking = new Asking(`${key}`, policies, this.#answering)
    if (this.#askings.size >= MOST_ASKINGS) this.#askings.clear()
    this.#askings.set(key, asking)
    return asking
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

/**
 * What the policy room passes from hand to hand: a policy as read from YAML or Rego, the tests on text and history it
 * needs computed outside WASM, and the conditions that must hold for it to have any chance of matching.
 * @module
 */
import type { ApprovalTerms, PolicyAction } from '../domain/decision.js'

/** The moment a policy judges. `step` is the gate. */
export type Hook = 'step' | 'plan' | 'completion' | 'code'

/** A file below the policy folder: slash-separated relative path, and its bytes. */
export interface PolicyFile {
  readonly path: string
  readonly bytes: Uint8Array
}

/** Something wrong with a policy file, in a form an editor can jump to. Rows and columns are 1-based. */
export interface PolicyProblem {
  readonly file: string
  readonly line?: number
  readonly column?: number
  /** One sentence: what is wrong and, where it is known, what to write instead. */
  readonly message: string
  readonly severity: 'error' | 'warning'
}

/** Where a policy stands in the folder. */
export interface PolicyOrigin {
  readonly file: string
  readonly line: number
  readonly language: 'yaml' | 'rego'
}

/** A path into the policy input, already split; `*` as an element means "any element of this list or any member of this object". */
export type FieldPath = readonly (string | number | { readonly any: true })[]

/**
 * A test that JavaScript computes once per gate and hands to Rego as `input.facts[name]`.
 * `name` is readable and unique by meaning (`model regex ^gpt-4`), so equal tests of different policies share one fact.
 */
export interface Fact {
  readonly name: string
  readonly over:
    | { readonly kind: 'field'; readonly path: FieldPath }
    /** `field: "*"`: the whole of step_input and tool_input as text. */
    | { readonly kind: 'whole' }
    /** `workflow.steps[*].<attribute>`: true when any earlier step satisfies the test. */
    | { readonly kind: 'history'; readonly attribute: HistoryAttribute }
  readonly test: FactTest
}

export type HistoryAttribute = 'step_id' | 'step_name' | 'step_type' | 'tool_name' | 'decision' | 'completed'

/** The tests that run outside WASM. Text operators look at strings; `contains` also tests membership of a list. */
export type FactTest =
  | { readonly op: 'regex'; readonly value: string }
  | { readonly op: 'detects'; readonly value: string }
  | { readonly op: 'contains'; readonly value: Scalar }
  | { readonly op: 'contains_any'; readonly value: readonly Scalar[] }
  /** One of more values than Rego is given. */
  | { readonly op: 'in'; readonly value: readonly Scalar[] }
  /** Only over history, whose list stays outside WASM. */
  | { readonly op: 'equals'; readonly value: Scalar }
  | { readonly op: 'starts_with' | 'ends_with'; readonly value: string }
  | { readonly op: 'exists' }

export type Scalar = string | number | boolean | null

/**
 * A necessary condition: when it is false the policy cannot match, so it need not be entered. It may be true where the
 * policy does not match (it over-approximates); the decision itself is always WASM's.
 */
export type Condition =
  | { readonly kind: 'always' }
  | { readonly kind: 'never' }
  | { readonly kind: 'all'; readonly of: readonly Condition[] }
  | { readonly kind: 'any'; readonly of: readonly Condition[] }
  /** The value at `path` is one of `values` (typed; any element where the path has `any`). */
  | { readonly kind: 'in'; readonly path: FieldPath; readonly values: readonly Scalar[] }
  /** Not one of `values`, or missing. */
  | { readonly kind: 'not_in'; readonly path: FieldPath; readonly values: readonly Scalar[] }
  /** The field is there and is not null. */
  | { readonly kind: 'present'; readonly path: FieldPath }
  | { readonly kind: 'absent'; readonly path: FieldPath }
  | {
      readonly kind: 'compare'
      readonly path: FieldPath
      readonly op: '<' | '<=' | '>' | '>='
      readonly value: number
    }
  /** The value is a string with this beginning, or this end. */
  | { readonly kind: 'starts_with' | 'ends_with'; readonly path: FieldPath; readonly value: string }
  | { readonly kind: 'fact'; readonly name: string; readonly holds: boolean }

/** One policy, from either language, ready to be compiled into a shard. */
export interface Policy {
  readonly id: string
  readonly name: string
  readonly description?: string
  readonly owner?: string
  readonly tags: readonly string[]
  readonly appliesTo: readonly Hook[]
  readonly enforcement: 'enforce' | 'shadow' | 'off'
  readonly rollout: { readonly percent: number; readonly by: string }
  readonly scope: { readonly tenants: readonly string[]; readonly sources: readonly string[] }
  /** Rule names its module defines; each is a set of reasons or of `{reason, approval?, redact?}`. */
  readonly actions: readonly PolicyAction[]
  /** Terms that hold for every match unless the rule's own object says otherwise. */
  readonly approval?: ApprovalTerms
  readonly redact?: readonly string[]
  readonly origin: PolicyOrigin
  /** Path under which the module is compiled (what OPA reports in its messages). */
  readonly modulePath: string
  /** Further modules of the same package: a Rego policy may be spread over several files. */
  readonly moreModules?: readonly { readonly path: string; readonly rego: string }[]
  /** Package of the module without `data`. Absent: `['stepgate', 'policy', id]`; hand-written Rego may be deeper. */
  readonly packagePath?: readonly string[]
  /** The Rego module, `package stepgate.policy["<id>"]` or as the author wrote it. */
  readonly rego: string
  /** Facts the module or the condition mentions. */
  readonly facts: readonly Fact[]
  readonly requires: Condition
  /** The module reads `input.workflow.steps`, so the list must be handed over (cost grows with it). */
  readonly readsSteps: boolean
  /** The module reads `data.*` other than policies and libraries. */
  readonly readsData: boolean
}

/** One test of a policy, from `tests:`, `*_test.yaml`. */
export interface PolicyTest {
  readonly name: string
  readonly file: string
  readonly line: number
  /** Merged over the defaults of a gate input. */
  readonly input: Readonly<Record<string, unknown>>
  readonly expect: {
    readonly decision?: 'allow' | 'block' | 'require_approval'
    /** Exactly these policies' conditions held. */
    readonly policies?: readonly string[]
    readonly reason?: string
  }
}

/** A step of a plan, as it was planned. @module */
import type { ModelUse, Retries } from '../call-terms.js'
import type { JsonObject, JsonValue } from '../json.js'

export const planStepTypes = ['llm-call', 'connector-call', 'human-task', 'conditional', 'synthesis'] as const
/** `synthesis` ends every plan that was made by planning: written by a provider where it names one, else merged by template. */
export type PlanStepType = (typeof planStepTypes)[number]

export const conditionOperators = [
  'equals',
  'not_equals',
  'greater_than',
  'greater_or_equal',
  'less_than',
  'less_or_equal',
  'contains',
  'exists',
  'not_exists',
] as const

/** What a `conditional` step asks. `value` is a template; both sides are compared with their types. */
export interface StepCondition {
  readonly value: JsonValue
  readonly operator: (typeof conditionOperators)[number]
  readonly operand?: JsonValue
}

/** A call of a connector's operation (for MCP: of its tool). */
export interface ConnectorCall {
  readonly connector: string
  readonly operation: string
}

/** Templates are texts with `{{path}}` in them; see `plan/template`. */
export interface PlanStep {
  /** Unique in the plan: `step_<i>_<name>`, i from 1, unless the caller gave one. */
  readonly id: string
  readonly name: string
  readonly type: PlanStepType
  readonly description?: string
  /** The agent that takes it. */
  readonly agent?: string
  /** Ids of the steps that have to be over before it begins. */
  readonly dependsOn: readonly string[]
  /** Of `llm-call` and `synthesis`. */
  readonly llm?: ModelUse
  /** Of `connector-call`. */
  readonly call?: ConnectorCall
  /** Template: of `llm-call` and `synthesis`, and what a person is asked by a `human-task`. */
  readonly prompt?: string
  /** Templates in its texts. */
  readonly parameters?: JsonObject
  readonly condition?: StepCondition
  /** Ids of the steps that are left out unless the condition holds. */
  readonly ifTrue?: readonly string[]
  /** Ids of the steps that are left out where it holds. */
  readonly ifFalse?: readonly string[]
  /** Milliseconds one attempt may take; absent: the connector's or the provider's. */
  readonly timeoutMs?: number
  /** Absent: the connector's or the provider's. */
  readonly retries?: Retries
  /** Called, with its own parameters, when the plan fails after this step was done. */
  readonly compensation?: ConnectorCall & { readonly parameters?: JsonObject }
}

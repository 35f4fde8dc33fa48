/**
 * Values of the input by path, each looked up at most once a gate.
 * @module
 */
import type { FieldPath } from '../policy.js'
import type { PolicyInput } from './policy-input.js'

/** Number of a path in a {@link Fields}. */
export type Slot = number

type Reader = (input: PolicyInput) => unknown
type Step = (value: unknown) => unknown

/** The paths that a policy set reads, and their values in the input at hand. */
export class Fields {
  readonly #slots = new Map<string, Slot>()
  readonly #readers: Reader[] = []
  readonly #paths: FieldPath[] = []
  readonly #many: boolean[] = []
  #values: unknown[] = []
  #read: number[] = []
  #turn = 0
  #input: PolicyInput = {}

  /** The number of the path; equal paths have one number. */
  slot(path: FieldPath): Slot {
    const key = JSON.stringify(path)
    let slot = this.#slots.get(key)
    if (slot === undefined) {
      slot = this.#readers.length
      this.#slots.set(key, slot)
      this.#readers.push(readerOf(path))
      this.#paths.push(path)
      this.#many.push(path.some((element) => typeof element === 'object'))
      this.#values.push(undefined)
      this.#read.push(0)
    }
    return slot
  }

  path(slot: Slot): FieldPath {
    return this.#paths[slot]!
  }

  /** Whether the path holds `[*]`: its value is then the list of all values found. */
  isMany(slot: Slot): boolean {
    return this.#many[slot]!
  }

  begin(input: PolicyInput): void {
    this.#input = input
    this.#turn++
  }

  /** The value at the path; undefined where there is none. */
  value(slot: Slot): unknown {
    if (this.#read[slot] === this.#turn) return this.#values[slot]
    this.#read[slot] = this.#turn
    const value = this.#readers[slot]!(this.#input)
    this.#values[slot] = value
    return value
  }

  /** The one value, or all values where the path holds `[*]`; missing and null ones left out. */
  values(slot: Slot): readonly unknown[] {
    const value = this.value(slot)
    if (this.#many[slot]) return value as unknown[]
    return value === undefined || value === null ? [] : [value]
  }
}

function readerOf(path: FieldPath): Reader {
  const any = path.findIndex((element) => typeof element === 'object')
  if (any < 0) return readerOfOne(path as readonly (string | number)[])
  const before = readerOf(path.slice(0, any))
  const after = readerOf(path.slice(any + 1))
  const deeper = path.slice(any + 1).some((element) => typeof element === 'object')
  return (input) => {
    const at = before(input)
    const elements = Array.isArray(at) ? at : typeof at === 'object' && at !== null ? Object.values(at) : []
    const found = deeper ? elements.flatMap((each) => after(each) as unknown[]) : elements.map(after)
    return found.filter((value) => value !== undefined && value !== null)
  }
}

/** Members of a gate's input, each read by a function of its own: V8 then knows where it lies. */
const gateMembers = new Map<unknown, (input: PolicyInput) => unknown>(
  Object.entries({
    tenant_id: (input) => input.tenant_id,
    metadata: (input) => input.metadata,
    source: (input) => input.source,
    user: (input) => input.user,
    step: (input) => input.step,
    workflow: (input) => input.workflow,
    plan: (input) => input.plan,
    step_type: (input) => input.step_type,
    step_name: (input) => input.step_name,
    step_input: (input) => input.step_input,
    model: (input) => input.model,
    provider: (input) => input.provider,
    tokens_in: (input) => input.tokens_in,
    tokens_out: (input) => input.tokens_out,
    cost_usd: (input) => input.cost_usd,
    tool_name: (input) => input.tool_name,
    tool_type: (input) => input.tool_type,
    tool_input: (input) => input.tool_input,
  }),
)

function readerOfOne(path: readonly (string | number)[]): Reader {
  const [first, second] = path
  // Nearly all paths are a name, or a name in a name.
  if (path.length === 1 && isPlain(first)) return gateMembers.get(first) ?? ((input) => input[first])
  if (path.length === 2 && isPlain(first) && isPlain(second)) {
    const outer = gateMembers.get(first)
    return outer ? (input) => member(outer(input), second) : (input) => member(input[first], second)
  }
  const steps = path.map(stepOf)
  return (input) => {
    let value: unknown = input
    for (let i = 0; i < steps.length; i++) value = steps[i]!(value)
    return value
  }
}

/** A name that no object has unless it was put there. */
const isPlain = (element: string | number | undefined): element is string =>
  typeof element === 'string' && !(element in Object.prototype)

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)[name]
    : undefined
}

function stepOf(element: string | number): Step {
  if (typeof element === 'number') return (value) => (Array.isArray(value) ? value[element] : undefined)
  if (isPlain(element)) return (value) => member(value, element)
  return (value) =>
    typeof value === 'object' && value !== null && Object.hasOwn(value, element)
      ? member(value, element)
      : undefined
}

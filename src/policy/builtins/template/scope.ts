/** What pipelines in a template come to, and its variables. */
import { asInt64, fail } from '../operand.js'
import type { Budget } from './budget.js'
import { callTemplateFunction } from './functions.js'
import type { Command, Operand, Pipeline } from './tree.js'
import { truth, type Value } from './value.js'

/** What a command is given by the one before it: a value or none. */
type Given = readonly [] | readonly [Value]

/** The variables of one call of a template; none sees those of another. */
export class Scope {
  // The latest of a name is meant.
  readonly #variables: { readonly name: string; value: Value }[]

  constructor(
    root: Value,
    readonly budget: Budget,
  ) {
    this.#variables = [{ name: '$', value: root }]
  }

  /** How many there are; setting it forgets the latest. */
  get known(): number {
    return this.#variables.length
  }

  set known(count: number) {
    this.#variables.length = count
  }

  /** Sets what a range declares, before each pass: one variable is the member; two are the index and the member. */
  bind({ variables, assigns }: Pipeline, index: Value, member: Value): void {
    const values = variables.length > 1 ? [index, member] : [member]
    const declared = this.#variables.length - variables.length
    variables.forEach((name, i) => {
      const variable = assigns ? this.#latest(name) : this.#variables[declared + i]!
      variable.value = values[i]
    })
  }

  /** The value, which is also in the variables then. A nil that comes out is no value. */
  pipeline({ variables, assigns, commands }: Pipeline, dot: Value): Value {
    let given: Given = []
    for (const command of commands) given = [this.#command(command, dot, given) ?? undefined]
    const [value] = given
    for (const name of variables) {
      if (assigns) this.#latest(name).value = value
      else this.#variables.push({ name, value })
    }
    return value
  }

  // Only functions can be given anything.
  #command([first, ...others]: Command, dot: Value, given: Given): Value {
    this.budget.step()
    if (first.kind === 'function') return this.#call(first.name, others, dot, given)
    if (first.kind === 'nil') return fail('a nil is no command')
    const alone = others.length + given.length === 0
    if (first.kind === 'field') return fields(dot, first.path, alone)
    if (first.kind === 'chain') return fields(this.#operand(first.of, dot), first.path, alone)
    if (first.kind === 'variable' && first.path.length > 0)
      return fields(this.#latest(first.name).value, first.path, alone)
    return alone ? this.#operand(first, dot) : fail('an operand of what is no function')
  }

  #operand(operand: Operand, dot: Value): Value {
    this.budget.step()
    switch (operand.kind) {
      case 'constant':
        return typeof operand.value === 'bigint'
          ? (asInt64(operand.value) ?? fail('too large'))
          : operand.value
      case 'nil':
        return undefined
      case 'dot':
        return dot
      case 'function':
        return this.#call(operand.name, [], dot, [])
      case 'pipeline':
        return this.pipeline(operand, dot)
      case 'field':
        return fields(dot, operand.path)
      case 'variable':
        return fields(this.#latest(operand.name).value, operand.path)
      case 'chain':
        return fields(this.#operand(operand.of, dot), operand.path)
    }
  }

  #call(name: string, operands: readonly Operand[], dot: Value, given: Given): Value {
    if (name === 'and' || name === 'or') return this.#shortest(name, operands, dot, given)
    const values: Value[] = []
    for (const operand of operands) values.push(this.#operand(operand, dot))
    return callTemplateFunction(name, [...values, ...given], this.budget)
  }

  // What decides, without those after it; else the last.
  #shortest(name: 'and' | 'or', operands: readonly Operand[], dot: Value, given: Given): Value {
    if (operands.length + given.length === 0) return fail('nothing to decide')
    let value: Value
    for (const operand of operands) {
      value = this.#operand(operand, dot)
      if (truth(value) === (name === 'or')) return value
    }
    return given.length > 0 ? given[0] : value
  }

  #latest(name: string): { value: Value } {
    const at = this.#variables.findLastIndex((variable) => variable.name === name)
    this.budget.step(this.#variables.length - at)
    return this.#variables[at] ?? fail('an unknown variable')
  }
}

// A field of nothing is nothing, but of a nil is an error.
function fields(value: Value, path: readonly string[], alone = true): Value {
  let found = value
  for (const [i, name] of path.entries()) {
    if (found === undefined) return undefined
    if (!(found instanceof Map) || (!alone && i === path.length - 1)) return fail('no fields')
    found = found.get(name)
  }
  return found
}

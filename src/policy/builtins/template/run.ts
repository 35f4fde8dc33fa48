/** Runs a parsed template, as Go's `text/template` does. */
import { fail } from '../operand.js'
import type { Budget } from './budget.js'
import { NO_VALUE } from './functions.js'
import { MAIN, type Templates } from './parser.js'
import { ValuePrinter } from './print.js'
import { Scope } from './scope.js'
import type { Block, Node } from './tree.js'
import { Byte, integerIn, List, type Mapping, truth, type Value } from './value.js'

/** @throws BuiltinError where Go has an error, BuiltinHalt where the budget is spent */
export function runTemplate(templates: Templates, variables: Mapping, budget: Budget): string {
  return new Runner(templates, budget).run(variables)
}

/** What leaves the rest of a range's body undone. */
type Jump = 'break' | 'continue' | undefined

class Runner {
  #printed = ''
  readonly #printer: ValuePrinter

  constructor(
    readonly templates: Templates,
    readonly budget: Budget,
  ) {
    this.#printer = new ValuePrinter(budget)
  }

  run(variables: Mapping): string {
    this.#template(MAIN, variables)
    return this.#printed
  }

  #template(name: string, dot: Value): void {
    const nodes = this.templates.get(name) ?? fail('an unknown template')
    this.#walk(nodes, dot, new Scope(dot, this.budget))
  }

  #walk(nodes: readonly Node[], dot: Value, scope: Scope): Jump {
    this.budget.enter()
    for (const node of nodes) {
      this.budget.step()
      const jump = this.#node(node, dot, scope)
      if (jump !== undefined) {
        this.budget.leave()
        return jump
      }
    }
    this.budget.leave()
    return undefined
  }

  #node(node: Node, dot: Value, scope: Scope): Jump {
    switch (node.kind) {
      case 'text':
        this.#print(node.text)
        return undefined
      case 'action': {
        const value = scope.pipeline(node.pipeline, dot)
        if (node.pipeline.variables.length === 0)
          this.#print(value === undefined ? NO_VALUE : this.#printer.shown(value))
        return undefined
      }
      case 'template':
        this.#template(node.name, node.pipeline && scope.pipeline(node.pipeline, dot))
        return undefined
      case 'break':
      case 'continue':
        return node.kind
      default: {
        const known = scope.known
        const jump = node.kind === 'range' ? this.#range(node, dot, scope) : this.#choose(node, dot, scope)
        scope.known = known
        return jump
      }
    }
  }

  #print(text: string): void {
    this.#printed += this.budget.text(text)
  }

  #choose({ kind, pipeline, body, otherwise }: Block, dot: Value, scope: Scope): Jump {
    const value = scope.pipeline(pipeline, dot)
    return truth(value)
      ? this.#walk(body, kind === 'with' ? value : dot, scope)
      : this.#walk(otherwise, dot, scope)
  }

  // A break in the else ends no range around this one: Go takes it for its own.
  #range({ pipeline, body, otherwise }: Block, dot: Value, scope: Scope): Jump {
    const value = scope.pipeline(pipeline, dot)
    const known = scope.known
    let passes = 0
    for (const [index, member] of members(value, pipeline.variables.length)) {
      this.budget.step()
      scope.bind(pipeline, index, member)
      passes++
      const jump = this.#walk(body, member, scope)
      scope.known = known
      if (jump === 'break') break
    }
    if (passes > 0) return undefined
    return this.#walk(otherwise, dot, scope) === 'continue' ? 'continue' : undefined
  }
}

function* members(value: Value, variables: number): Generator<readonly [Value, Value]> {
  const integer = integerIn(value)
  if (value instanceof List) for (let i = 0; i < value.length; i++) yield [BigInt(i), value.at(i)]
  else if (value instanceof Map) yield* value
  else if (integer !== undefined) {
    if (variables > 1) fail('an integer has no indexes')
    for (let i = 0n; i < integer; i++) yield [undefined, value instanceof Byte ? new Byte(i) : i]
  } else if (value !== undefined) fail('no range')
}

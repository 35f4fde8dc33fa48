/** What a test in Rego tells while it runs, beside its answer. @module */
import type { Builtins } from '../builtins/index.js'
import { type Builtin, BuiltinError } from '../builtins/operand.js'
import { sortedMembers } from '../builtins/order.js'
import { isArray, RegoSet, type Term } from '../builtins/term.js'
import { termText } from '../builtins/term-text.js'
import type { Told } from './rego-test-outcome.js'

export class TestWitness implements Told {
  cases: (readonly string[])[] = []
  printed: string[] = []
  failures: string[] = []

  /** The built-ins, and those that only tests call. */
  listening(builtins: Builtins): Builtins {
    const heard = Object.entries(builtins).map(([name, run]) => [name, this.#reporting(name, run)] as const)
    return {
      ...Object.fromEntries(heard),
      'internal.print': (operands) => {
        this.printed.push(...printedLines(operands))
        return true
      },
      'internal.test_case': (path) => {
        if (path !== undefined && isArray(path)) this.cases.push(path.map(printedText))
        return true
      },
    }
  }

  /** A test begins. */
  forget(): void {
    this.cases = []
    this.printed = []
    this.failures = []
  }

  #reporting(name: string, run: Builtin): Builtin {
    return (...operands) => {
      try {
        return run(...operands)
      } catch (error) {
        if (error instanceof BuiltinError) this.failures.push(`${name}: ${error.message}`)
        throw error
      }
    }
  }
}

/** An operand comes as the set of its values, empty where it is undefined; several make a line each, as OPA does. */
function printedLines(operands: Term | undefined): string[] {
  if (operands === undefined || !isArray(operands)) return []
  const values = operands.map((operand) =>
    operand instanceof RegoSet ? sortedMembers(operand).map(printedText) : [printedText(operand)],
  )
  const lines = values.reduce<string[][]>(
    (begun, each) =>
      begun.flatMap((line) => (each.length > 0 ? each : ['<undefined>']).map((text) => [...line, text])),
    [[]],
  )
  return lines.map((line) => line.join(' '))
}

const printedText = (term: Term): string => (typeof term === 'string' ? term : termText(term))

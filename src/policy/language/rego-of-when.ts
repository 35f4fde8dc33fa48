/**
 * Writes a condition as expressions of a rule body, and the rules they call.
 * @module
 */
import { hasAny } from './field-path.js'
import { regoList, regoRef, regoRule, regoScalar } from './rego-text.js'
import type { FieldTest, When } from './when.js'

/** A condition in Rego: the expressions that must all hold, and the rules they mention, as source. */
export interface RegoCondition {
  readonly body: readonly string[]
  readonly rules: readonly string[]
}

/**
 * Writes the condition. Alternatives, negated conjunctions and `[*]` become rules of their own: Rego has no `or`, and
 * elements iterated in one body would multiply with each other.
 */
export function regoOfWhen(when: When): RegoCondition {
  const writer = new ConditionWriter()
  const body = writer.expressions(when)
  return { body, rules: writer.rules }
}

class ConditionWriter {
  readonly rules: string[] = []
  readonly #used = new Map<string, number>()

  expressions(when: When): string[] {
    switch (when.kind) {
      case 'all':
        return when.of.flatMap((each) => this.expressions(each))
      case 'any':
        return when.of.length === 1
          ? this.expressions(when.of[0]!)
          : this.#rule(
              'any_of',
              when.of.map((each) => this.expressions(each)),
            )
      case 'not':
        return this.#negation(when.of)
      case 'test':
        return this.#test(when.test)
    }
  }

  #negation(of: When): string[] {
    if (of.kind === 'not') return this.expressions(of.of)
    const positive = this.expressions(of)
    // `not not x` is no Rego.
    const plain = positive.length === 1 && !positive[0]!.startsWith('not ')
    const [expression] = plain ? positive : this.#rule('all_of', [positive])
    return [`not ${expression}`]
  }

  #test(test: FieldTest): string[] {
    if (test.op === 'fact') return [`input.facts[${JSON.stringify(test.fact.name)}]`]
    const ref = regoRef('input', test.path)
    const several = hasAny(test.path)
    switch (test.op) {
      case 'in': {
        const [first] = test.values
        const line =
          test.values.length === 1
            ? `${ref} == ${regoScalar(first!)}`
            : regoList(`${ref} in `, test.values.map(regoScalar), '{')
        return several ? this.#rule('any_element', [[line]]) : [line]
      }
      case 'compare': {
        const check = typeof test.value === 'number' ? 'is_number' : 'is_string'
        const lines = (value: string): string[] => [
          `${check}(${value})`,
          `${value} ${test.by} ${regoScalar(test.value)}`,
        ]
        return several ? this.#rule('any_element', [[`value := ${ref}`, ...lines('value')]]) : lines(ref)
      }
      case 'starts_with':
      case 'ends_with': {
        const line = `${test.op === 'starts_with' ? 'startswith' : 'endswith'}(${ref}, ${regoScalar(test.value)})`
        return several ? this.#rule('any_element', [[line]]) : [line]
      }
      case 'exists':
        return several ? this.#rule('any_element', [[`${ref} != null`]]) : [`${ref} != null`]
      case 'cidr':
        return this.#rule('in_range', [
          [regoList('some range in ', test.ranges.map(regoScalar), '['), `net.cidr_contains(range, ${ref})`],
        ])
    }
  }

  /** Adds a rule that holds when all expressions of one of the bodies do; its name is the expression. */
  #rule(kind: string, bodies: readonly (readonly string[])[]): string[] {
    const number = (this.#used.get(kind) ?? 0) + 1
    this.#used.set(kind, number)
    const name = `${kind}_${number}`
    this.rules.push(...bodies.map((body) => regoRule(name, body)))
    return [name]
  }
}

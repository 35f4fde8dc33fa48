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
  const body = writer.expressions(when).map(({ text }) => text)
  return { body, rules: writer.rules }
}

interface Expression {
  readonly text: string
  /**
   * May stand behind `not` as it is: an equality, a fact, a rule's name. OPA looks up the operands of other calls before
   * the `not`, so with a missing field `not startswith(...)` is as undefined as what it negates.
   */
  readonly negatable: boolean
}

class ConditionWriter {
  readonly rules: string[] = []
  readonly #used = new Map<string, number>()

  expressions(when: When): Expression[] {
    switch (when.kind) {
      case 'all':
        return when.of.flatMap((each) => this.expressions(each))
      case 'any': {
        const alternatives = alternativesOf(when).map((each) => this.expressions(each))
        return alternatives.length === 1 ? alternatives[0]! : [this.#rule('any_of', alternatives)]
      }
      case 'not':
        return when.of.kind === 'not' ? this.expressions(when.of.of) : [this.#negation(when.of)]
      case 'test':
        return this.#test(when.test)
    }
  }

  #negation(of: When): Expression {
    const positive = this.expressions(of)
    const [only] = positive
    const plain = positive.length === 1 && only!.negatable ? only! : this.#rule(nameOf(of), [positive])
    return { text: `not ${plain.text}`, negatable: false }
  }

  #test(test: FieldTest): Expression[] {
    if (test.op === 'fact') {
      return [{ text: `input.facts[${JSON.stringify(test.fact.name)}]`, negatable: true }]
    }
    const ref = regoRef('input', test.path)
    if (test.op === 'cidr') {
      const ranges = regoList('some range in ', test.ranges.map(regoScalar), '[')
      return [this.#rule('in_range', [[call(ranges), call(`net.cidr_contains(range, ${ref})`)]])]
    }
    // Each element is tested by itself, all expressions on the same one.
    if (hasAny(test.path)) {
      const body =
        test.op === 'compare' ? [call(`value := ${ref}`), ...lines(test, 'value')] : lines(test, ref)
      return [this.#rule('any_element', [body])]
    }
    return lines(test, ref)
  }

  /** Adds a rule that holds when all expressions of one of the bodies do; its name is the expression. */
  #rule(kind: string, bodies: readonly (readonly Expression[])[]): Expression {
    const number = (this.#used.get(kind) ?? 0) + 1
    this.#used.set(kind, number)
    const name = `${kind}_${number}`
    for (const body of bodies)
      this.rules.push(
        regoRule(
          name,
          body.map(({ text }) => text),
        ),
      )
    return { text: name, negatable: true }
  }
}

const alternativesOf = (when: When): readonly When[] =>
  when.kind === 'any' ? when.of.flatMap(alternativesOf) : [when]

const call = (text: string): Expression => ({ text, negatable: false })

/** The test of one value, that a reference or a variable names. */
function lines(test: Exclude<FieldTest, { op: 'fact' | 'cidr' }>, value: string): Expression[] {
  switch (test.op) {
    case 'in':
      return test.values.length === 1
        ? [{ text: `${value} == ${regoScalar(test.values[0]!)}`, negatable: true }]
        : [call(regoList(`${value} in `, test.values.map(regoScalar), '{'))]
    case 'compare': {
      // Rego orders values of all types; the language compares like with like.
      const check = typeof test.value === 'number' ? 'is_number' : 'is_string'
      return [call(`${check}(${value})`), call(`${value} ${test.by} ${regoScalar(test.value)}`)]
    }
    case 'starts_with':
      return [call(`startswith(${value}, ${regoScalar(test.value)})`)]
    case 'ends_with':
      return [call(`endswith(${value}, ${regoScalar(test.value)})`)]
    case 'exists':
      return [call(`${value} != null`)]
  }
}

/** What a rule is named for that exists only to be negated. */
function nameOf(when: When): string {
  if (when.kind !== 'test') return 'all_of'
  const names: Partial<Record<FieldTest['op'], string>> = { in: 'one_of', exists: 'present' }
  return names[when.test.op] ?? (when.test.op === 'compare' ? 'compared' : when.test.op)
}

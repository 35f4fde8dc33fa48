/** What stands in the actions of a template: variables set, commands, operands. */
import { characterCode, numberLiteral, unquote } from '../go-literal.js'
import { fail } from '../operand.js'
import type { Budget } from './budget.js'
import { isTemplateFunction } from './functions.js'
import type { Token, TokenKind } from './lexer.js'
import type { Command, Operand, Pipeline } from './tree.js'

/** Reads a template's tokens in order. */
export class ActionReader {
  /** The variables known here. */
  declared: string[] = ['$']
  #at = 0

  constructor(
    readonly tokens: readonly Token[],
    readonly budget: Budget,
  ) {}

  /** Passes the next token that is no space if it is of this kind, and one of these texts where any are given. */
  take(kind: TokenKind, ...texts: readonly string[]): Token | undefined {
    const next = this.#next()
    if (next.kind !== kind || (texts.length > 0 && !texts.includes(next.text))) return undefined
    this.budget.step()
    this.#at++
    return next
  }

  expect(kind: TokenKind): Token {
    return this.take(kind) ?? fail(`no ${kind} where one belongs`)
  }

  /**
   * Reads up to the closing and passes it.
   * @param most how many variables it may declare
   */
  pipeline(closing: '}}' | ')', most: 1 | 2 = 1): Pipeline {
    const { variables, assigns } = this.#variables(most)
    const commands: Command[] = []
    while (this.take(closing) === undefined) {
      const command = this.#command()
      const [{ kind }] = command
      if (commands.length > 0 && (kind === 'constant' || kind === 'nil' || kind === 'dot'))
        fail('a command that cannot be given anything')
      commands.push(command)
    }
    if (commands.length === 0) fail('nothing to evaluate')
    return { kind: 'pipeline', variables, assigns, commands }
  }

  #variables(most: 1 | 2): { variables: string[]; assigns: boolean } {
    const variables: string[] = []
    for (;;) {
      const start = this.#at
      const variable = variables.length === 0 ? this.take('variable') : this.expect('variable')
      const sign = variable && (this.take(':=') ?? this.take('=') ?? this.take(','))
      if (sign === undefined) {
        this.#at = start
        return { variables, assigns: false }
      }
      variables.push(variable!.text)
      this.declared.push(variable!.text)
      if (sign.kind !== ',') return { variables, assigns: sign.kind === '=' }
      if (variables.length === most || most === 1) fail('too many variables')
    }
  }

  // The bar after it is passed.
  #command(): Command {
    const operands: Operand[] = []
    for (;;) {
      this.#next()
      const operand = this.#operand()
      if (operand !== undefined) operands.push(operand)
      const { kind } = this.tokens[this.#at]!
      if (kind === 'space') continue
      if (kind !== '}}' && kind !== ')' && this.take('|') === undefined) fail(`a ${kind} among operands`)
      const [first, ...others] = operands
      return first === undefined ? fail('an empty command') : [first, ...others]
    }
  }

  // A term, and the fields right behind it.
  #operand(): Operand | undefined {
    const term = this.#term()
    const path: string[] = []
    while (this.tokens[this.#at]!.kind === 'field') path.push(this.expect('field').text.slice(1))
    if (term === undefined || path.length === 0) return term
    if (term.kind === 'field' || term.kind === 'variable') return { ...term, path: [...term.path, ...path] }
    if (term.kind === 'function' || term.kind === 'pipeline') return { kind: 'chain', of: term, path }
    return fail('a field of a literal')
  }

  #term(): Operand | undefined {
    if (this.take('(') !== undefined) {
      this.budget.enter()
      const pipeline = this.pipeline(')')
      this.budget.leave()
      return pipeline
    }
    const token = this.#next()
    const term = this.#simple(token)
    if (term !== undefined) this.expect(token.kind)
    return term
  }

  #simple({ kind, text }: Token): Operand | undefined {
    switch (kind) {
      case 'dot':
        return { kind: 'dot' }
      case 'field':
        return { kind: 'field', path: [text.slice(1)] }
      case 'variable':
        return this.#variable(text)
      case 'word':
        return word(text)
      case 'string':
      case 'raw':
        return { kind: 'constant', value: unquote(text) }
      case 'character':
        return { kind: 'constant', value: BigInt(characterCode(text)) }
      case 'number':
        return { kind: 'constant', value: numberLiteral(text) }
      default:
        return undefined
    }
  }

  #variable(name: string): Operand {
    this.budget.step(this.declared.length)
    return this.declared.includes(name) ? { kind: 'variable', name, path: [] } : fail('an unknown variable')
  }

  // Spaces are passed for good.
  #next(): Token {
    while (this.tokens[this.#at]!.kind === 'space') this.#at++
    return this.tokens[this.#at]!
  }
}

function word(name: string): Operand {
  if (name === 'nil') return { kind: 'nil' }
  if (name === 'true' || name === 'false') return { kind: 'constant', value: name === 'true' }
  return isTemplateFunction(name) ? { kind: 'function', name } : fail('an unknown function')
}

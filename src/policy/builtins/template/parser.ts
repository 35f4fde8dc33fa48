/** Templates in the syntax of Go's `text/template`: text, actions, blocks, and templates defined among them. */
import { unquote } from '../go-literal.js'
import { fail } from '../operand.js'
import type { Budget } from './budget.js'
import { tokens } from './lexer.js'
import { ActionReader } from './pipeline.js'
import { type BlockKind, isEmpty, type Node } from './tree.js'

/** Templates by name. */
export type Templates = ReadonlyMap<string, readonly Node[]>

/** The name of the text itself, by which it may be called, or even defined. */
export const MAIN = 'template'

/** @throws BuiltinError where Go refuses the template, BuiltinHalt where the budget is spent */
export function parseTemplate(text: string, budget: Budget): Templates {
  return new Parser(new ActionReader(tokens(text), budget), budget).run()
}

type Ending = 'end' | 'else' | 'else and'

class Parser {
  readonly #templates = new Map<string, readonly Node[]>()
  // Open around here, in this definition.
  #ranges = 0

  constructor(
    readonly reader: ActionReader,
    readonly budget: Budget,
  ) {}

  /** Reads all of it. Only here, where no block is open, may templates be defined. */
  run(): Templates {
    const nodes: Node[] = []
    for (;;) {
      this.#text(nodes)
      if (this.reader.take('eof') !== undefined) break
      this.reader.expect('{{')
      if (this.reader.take('word', 'define') === undefined) nodes.push(this.#action())
      else this.#definition()
    }
    this.#add(MAIN, nodes)
    return this.#templates
  }

  #definition(): void {
    const name = this.#name()
    this.reader.expect('}}')
    this.#define(name)
  }

  // A comment parts text from text.
  #text(nodes: Node[]): void {
    for (let token = this.reader.take('text'); token !== undefined; token = this.reader.take('text'))
      nodes.push({ kind: 'text', text: token.text })
  }

  #section(): { readonly nodes: readonly Node[]; readonly ending: Ending } {
    const nodes: Node[] = []
    for (;;) {
      this.#text(nodes)
      this.reader.expect('{{')
      const word = this.reader.take('word', 'end', 'else')
      if (word?.text === 'end') this.reader.expect('}}')
      if (word?.text === 'end') return { nodes, ending: 'end' }
      if (word?.text === 'else')
        return { nodes, ending: this.reader.take('}}') === undefined ? 'else and' : 'else' }
      nodes.push(this.#action())
    }
  }

  #action(): Node {
    const word = this.reader.take(
      'word',
      'if',
      'with',
      'range',
      'template',
      'block',
      'break',
      'continue',
    )?.text
    switch (word) {
      case 'if':
      case 'with':
      case 'range':
        return this.#block(word)
      case 'template':
        return this.#call()
      case 'block':
        return this.#definedCall()
      case 'break':
      case 'continue':
        this.reader.expect('}}')
        return this.#ranges > 0 ? { kind: word } : fail(`a ${word} outside of a range`)
      default:
        return { kind: 'action', pipeline: this.reader.pipeline('}}') }
    }
  }

  #block(kind: BlockKind): Node {
    this.budget.enter()
    const known = this.reader.declared.length
    const pipeline = this.reader.pipeline('}}', kind === 'range' ? 2 : 1)
    if (kind === 'range') this.#ranges++
    const { nodes: body, ending } = this.#section()
    if (kind === 'range') this.#ranges--
    const otherwise = ending === 'end' ? [] : this.#otherwise(kind, ending)
    this.reader.declared.length = known
    this.budget.leave()
    return { kind, pipeline, body, otherwise }
  }

  // `else if` is a block in the else of the first, and shares its end; so is `else with`, of a with.
  #otherwise(kind: BlockKind, ending: Ending): readonly Node[] {
    if (ending === 'else') return this.#sectionToEnd()
    if (kind === 'range' || this.reader.take('word', kind) === undefined) fail('an else of another kind')
    return [this.#block(kind)]
  }

  #sectionToEnd(): readonly Node[] {
    const { nodes, ending } = this.#section()
    return ending === 'end' ? nodes : fail('an else too many')
  }

  #call(): Node {
    const name = this.#name()
    const pipeline = this.reader.take('}}') === undefined ? this.reader.pipeline('}}') : undefined
    return { kind: 'template', name, pipeline }
  }

  // A definition and its call in one.
  #definedCall(): Node {
    const name = this.#name()
    const pipeline = this.reader.pipeline('}}')
    this.#define(name)
    return { kind: 'template', name, pipeline }
  }

  #name(): string {
    return unquote((this.reader.take('string') ?? this.reader.expect('raw')).text)
  }

  // Neither variables nor ranges reach into it.
  #define(name: string): void {
    this.budget.enter()
    const [{ declared }, ranges] = [this.reader, this.#ranges]
    this.reader.declared = ['$']
    this.#ranges = 0
    this.#add(name, this.#sectionToEnd())
    this.reader.declared = declared
    this.#ranges = ranges
    this.budget.leave()
  }

  #add(name: string, nodes: readonly Node[]): void {
    const earlier = this.#templates.get(name)
    if (earlier === undefined || isEmpty(earlier)) this.#templates.set(name, nodes)
    else if (!isEmpty(nodes)) fail('a template defined twice')
  }
}

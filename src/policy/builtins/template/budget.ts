/** How much a template may do. Ranges and templates that call themselves would go on for ever, or nearly. */
import { BuiltinHalt } from '../operand.js'

const STEPS = 1_000_000
const CHARACTERS = 10_000_000
// Blocks so deep around parentheses so deep take a third of node's usual stack.
const DEPTH = 250

/** What is left to one rendering. Each of its methods throws `BuiltinHalt` where nothing is. */
export class Budget {
  #steps = STEPS
  #characters = CHARACTERS
  #depth = 0

  /** One step of parsing or running, and as much again for each hundred characters or names it goes through. */
  step(through = 0): void {
    this.#steps -= 1 + through / 100
    if (this.#steps < 0) throw new BuiltinHalt('a template of more than a million steps')
  }

  /** Text made, whether it is printed or not. Answers the text. */
  text(made: string): string {
    this.#characters -= made.length
    if (this.#characters < 0) throw new BuiltinHalt('a template that makes more than ten million characters')
    return made
  }

  /** One level deeper: a block, parentheses, a call of a template. */
  enter(): void {
    if (++this.#depth > DEPTH) throw new BuiltinHalt(`a template more than ${DEPTH} levels deep`)
  }

  leave(): void {
    this.#depth--
  }
}

/** `strings.render_template`: templates of Go's `text/template`. */
import { rejoined } from '../bytes.js'
import { type Builtin, objectOperand, stringOperand } from '../operand.js'
import { Budget } from './budget.js'
import { NO_VALUE } from './functions.js'
import { parseTemplate } from './parser.js'
import { runTemplate } from './run.js'
import { variablesOf } from './value.js'

function render(template: string, variables: ReturnType<typeof variablesOf>): string {
  const budget = new Budget()
  const printed = runTemplate(parseTemplate(template, budget), variables, budget)
  return rejoined(printed).replaceAll(NO_VALUE, '<undefined>')
}

export const templateBuiltins: Readonly<Record<string, Builtin>> = {
  'strings.render_template': (template, variables) =>
    render(stringOperand(template), variablesOf(objectOperand(variables))),
}

/** `strings.render_template`: templates of Go's `text/template`. */
import { rejoined } from './bytes.js'
import { type Builtin, objectOperand, stringOperand } from './operand.js'
import { Budget } from './template-budget.js'
import { NO_VALUE } from './template-functions.js'
import { parseTemplate } from './template-parser.js'
import { runTemplate } from './template-run.js'
import { variablesOf } from './template-value.js'

function render(template: string, variables: ReturnType<typeof variablesOf>): string {
  const budget = new Budget()
  const printed = runTemplate(parseTemplate(template, budget), variables, budget)
  return rejoined(printed).replaceAll(NO_VALUE, '<undefined>')
}

export const templateBuiltins: Readonly<Record<string, Builtin>> = {
  'strings.render_template': (template, variables) =>
    render(stringOperand(template), variablesOf(objectOperand(variables))),
}

/** `internal.template_string`, which OPA makes of `$"{input.model} in {environment}"`. */
import { arrayOperand, type Builtin, BuiltinHalt } from './operand.js'
import { RegoSet, type Term } from './term.js'
import { termText } from './term-text.js'

// What stands in braces comes as the set of its values, which is empty where it has none.
function partText(part: Term): string {
  if (!(part instanceof RegoSet)) return valueText(part)
  if (part.size > 1) throw new BuiltinHalt('template-strings must not produce multiple outputs')
  return part.size === 0 ? '<undefined>' : valueText([...part][0]!)
}

const valueText = (term: Term): string => (typeof term === 'string' ? term : termText(term))

export const templateStringBuiltins: Readonly<Record<string, Builtin>> = {
  'internal.template_string': (parts) => arrayOperand(parts).map(partText).join(''),
}

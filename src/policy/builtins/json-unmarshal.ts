/** `json.unmarshal` and `json.is_valid`. */
import { replacedText } from './bytes.js'
import { isJson, readJson } from './json-text.js'
import { type Builtin, bytesOperand } from './operand.js'

export const jsonUnmarshalBuiltins: Readonly<Record<string, Builtin>> = {
  'json.unmarshal': (text) => readJson(replacedText(bytesOperand(text))),
  'json.is_valid': (text) => typeof text === 'string' && isJson(replacedText(bytesOperand(text))),
}

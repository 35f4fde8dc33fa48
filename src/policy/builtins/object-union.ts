/** `object.union_n`: objects laid over one another. */
import { arrayOperand, type Builtin, objectOperand } from './operand.js'
import { RegoObject } from './term.js'

/** Of a key in both, objects are united in turn, and otherwise the one above stays. */
function united(below: RegoObject, above: RegoObject): RegoObject {
  const over = [...above].map(([key, value]) => {
    const under = below.get(key)
    const both = under instanceof RegoObject && value instanceof RegoObject
    return [key, both ? united(under, value) : value] as const
  })
  return new RegoObject([...below, ...over])
}

export const objectUnionBuiltins: Readonly<Record<string, Builtin>> = {
  'object.union_n': (objects) => arrayOperand(objects).map(objectOperand).reduce(united, new RegoObject()),
}

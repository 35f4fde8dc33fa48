import fc from 'fast-check'
import { awkwardText, type Calls, generated, mostly, type Suite } from '../differential.js'

const scalar = fc.constantFrom<unknown>(null, true, 0, 1, 1.5, 'a', 'b', '')
const scalars = fc.array(scalar)
const key = fc.constantFrom('a', 'b', 'c/d', 'e~f', '0', '')
const { objects, documents } = fc.letrec((tie) => ({
  objects: fc.oneof({ maxDepth: 3 }, scalar, fc.dictionary(key, tie('objects'), { maxKeys: 3 })),
  documents: fc.oneof(
    { maxDepth: 3 },
    scalar,
    fc.dictionary(key, tie('documents'), { maxKeys: 3 }),
    fc.array(tie('documents'), { maxLength: 3 }),
  ),
}))
const setOf = (n: number) => `{x | some x in c[${n}]}`

const segment = fc.constantFrom('a', 'b', 'c~1d', 'e~0f', '0', '1', '-', '', '01', '2', '1.0', '+1')
const path = fc.oneof(
  fc.array(segment, { maxLength: 3 }).map((parts) => parts.map((x) => `/${x}`).join('')),
  fc.array(fc.oneof(segment, fc.constantFrom<unknown>(0, 1, 2, null)), { maxLength: 3 }),
  fc.constantFrom('a/b', '//a', '/'),
)
const operation = (...ops: string[]) =>
  mostly(
    fc.record(
      { op: fc.constantFrom(...ops), path: mostly(path), value: documents, from: path },
      { requiredKeys: ['op', 'path'] },
    ),
  ).filter(keepsTheRoot)

// OPA panics on what comes after the whole document was taken away.
function keepsTheRoot(operation: unknown): boolean {
  const { op, path } = (operation ?? {}) as { op?: unknown; path?: unknown }
  return !['remove', 'move', 'replace'].includes(op as string) || (path as string | undefined)?.length !== 0
}

const one = operation('add', 'remove', 'replace', 'copy', 'test')
const patches: Calls = {
  // Several operations on one array are where OPA itself errs or panics.
  'json.patch(c[0], c[1])': generated(
    500,
    objects,
    fc.array(operation('add', 'remove', 'replace', 'move', 'copy', 'test'), { maxLength: 4 }),
  ),
  'json.patch(c[0], [c[1]])': generated(500, documents, one),
  [`json.patch(${setOf(0)}, [c[1]])`]: generated(200, scalars, one),
  [`json.patch({"a": ${setOf(0)}}, [{"op": "add", "path": ["a", c[1]], "value": c[1]}])`]: generated(
    100,
    fc.array(documents),
    documents,
  ),
  'json.patch([{"k": {1, 2}}, 1.0], [{"op": "test", "path": ["0", "k"], "value": {2, 1}}])': [[]],
}

const either = fc.oneof(documents, scalars)
const comparisons: Calls = {
  'object.subset(c[0], c[1])': generated(400, either, either),
  [`object.subset(c[0], ${setOf(1)})`]: generated(200, scalars, scalars),
  [`object.subset(${setOf(0)}, ${setOf(1)})`]: generated(200, scalars, scalars),
  [`object.subset({"a": ${setOf(0)}, 1: 2}, {"a": ${setOf(1)}})`]: generated(200, scalars, scalars),
  'object.subset([1, 1.0, 10e-1], [1.0, 1])': [[]],
}

const options = fc.oneof(
  fc.record(
    { prefix: fc.constantFrom('', '> '), indent: fc.constantFrom('', '  ', 'é'), pretty: fc.boolean() },
    { requiredKeys: [] },
  ),
  fc.constantFrom({ other: 1 }, { pretty: 1 }, { prefix: null }, { indent: 2 }, 1),
)
const value = fc.oneof(documents, awkwardText(), fc.dictionary(awkwardText(2), scalar), fc.jsonValue())
const marshalling: Calls = {
  'json.marshal_with_options(c[0], c[1])': generated(250, value, options),
  [`json.marshal_with_options({"b": ${setOf(0)}, 1: {2.50: null}, "a": 1.0, [1]: 2}, {"pretty": true})`]:
    generated(50, scalars),
}

const node = fc.constantFrom('a', 'b', 'c', 'd')
const edges = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 3 })
const graphs: Calls = {
  'graph.reachable_paths(c[0], c[1])': generated(
    400,
    fc.dictionary(node, mostly(edges)),
    mostly(fc.array(node)),
  ),
  [`graph.reachable_paths({k: {x | some x in v} | some k, v in c[0]}, ${setOf(1)})`]: generated(
    100,
    fc.dictionary(node, edges),
    fc.array(node),
  ),
}

export const jsonCalls: Suite = {
  'documents are patched': patches,
  'collections are compared': comparisons,
  'values are marshalled as Go does': marshalling,
  'every path through a graph is found': graphs,
}

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

const mixedKeys = `{"1": 1, 1: 2, [1]: 3, {1}: 4, null: ${setOf(0)}}`
const texts = fc.oneof(
  fc.json(),
  fc.jsonValue().map((value) => JSON.stringify(value, undefined, 1)),
  fc.constantFrom(
    ...[
      '',
      'nul',
      'null ',
      '\ufeff1',
      '01',
      '1.',
      '.5',
      '-',
      '-0',
      '1.50',
      '1e400',
      '1E+05',
      '1e99999',
      '"\\ud800"',
    ],
    ...[
      '"\\udc00\\ud83d\\ude00\\ud83d"',
      '"\\ud83dx"',
      '[1,]',
      '[1 2]',
      '{"a":1,"a":2}',
      '{"a"}',
      '{a:1}',
      '1 2',
    ],
    ...[
      '9007199254740993',
      '"\u2028"',
      '"\u0001"',
      '"\\x"',
      '{1}',
      'set()',
      '{1:2}',
      '\u00a01',
      '[[[]]]',
      '"\\\\"',
    ],
  ),
)
const json: Calls = {
  'json.marshal(c[0])': generated(300, value),
  [`json.marshal(${setOf(0)})`]: generated(100, fc.oneof(scalars, fc.array(documents))),
  [`json.marshal(${mixedKeys})`]: generated(20, scalars),
  'json.marshal([1.0, 1e2, 9007199254740993, "\u2028<>&", hex.decode(c[0])])': [['ff'], ['c3a9'], ['e2ff41']],
  'json.unmarshal(c[0])': generated(400, mostly(texts)),
  'json.unmarshal(hex.decode(c[0]))': [['22ff22'], ['5b31ff5d'], ['2261e222']],
  'json.is_valid(c[0])': generated(400, mostly(texts)),
}

const keys = fc.array(
  fc.oneof(
    path,
    fc.constantFrom('a/b', '//a', '/', 'a', '0', ''),
    fc.constantFrom<unknown>(1, null, [['a']]),
  ),
  { maxLength: 3 },
)
const paths = fc.oneof({ weight: 6, arbitrary: fc.array(path, { maxLength: 3 }) }, keys)
const pruning: Calls = {
  'json.filter(c[0], c[1])': generated(500, objects, paths),
  'json.remove(c[0], c[1])': generated(500, objects, paths),
  'json.filter({"a": c[0]}, c[1])': generated(300, documents, paths),
  'json.remove({"a": c[0]}, c[1])': generated(300, documents, paths),
  [`json.filter({"a": ${setOf(0)}}, [["a", c[1]], ["a", c[2]]])`]: generated(100, scalars, scalar, scalar),
  [`json.remove({"a": ${setOf(0)}}, {["a", c[1]], ["a", c[2]]})`]: generated(100, scalars, scalar, scalar),
  'json.filter({1: 2, "1": {"a": c[0]}}, [[1]])': [[1]],
  'object.union_n(c[0])': generated(400, mostly(fc.array(mostly(objects), { maxLength: 4 }))),
  'object.union_n([{1: {2: 3}}, {1.0: {2: 4, [5]: c[0]}}])': [[6]],
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
  'JSON is written and read as Go does': json,
  'paths say what stays, and objects lie over one another': pruning,
  'every path through a graph is found': graphs,
}

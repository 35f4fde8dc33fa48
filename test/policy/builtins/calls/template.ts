import fc from 'fast-check'
import { awkwardText, type Calls, generated, mostly, type Suite } from '../differential.js'

const CALL = 'strings.render_template(c[0], c[1])'

const name = fc.constantFrom('a', 'b', 'é', 'nope', 'list', 'map', 'text', 'null')
const { values } = fc.letrec((tie) => ({
  values: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<unknown>(null, true, false, 0, 1, -2, 1.5, 1e21, 2 ** 60, '', 'a', '<é "\'&>', '%d|%v'),
    fc.array(tie('values'), { maxLength: 4 }),
    fc.dictionary(name, tie('values'), { maxKeys: 3 }),
  ),
}))
const variables = fc.record({
  a: values,
  b: values,
  list: fc.array(values, { maxLength: 4 }),
  map: fc.dictionary(name, values, { maxKeys: 4 }),
  text: awkwardText(),
  null: fc.constant(null),
})

const joined = (parts: fc.Arbitrary<string>, maxLength: number, by = '') =>
  fc.array(parts, { maxLength }).map((all) => all.join(by))
const written = (form: string, ...parts: fc.Arbitrary<string>[]) =>
  fc.tuple(...parts).map((all) => form.replace(/#(\d)/g, (_, n) => all[Number(n)]!))

const literal = fc.constantFrom(
  ...['1', '0', '-3', '+2', '2.5', '.5', '1e3', '0x1F', '-0x1e', '017', '1_000', '0b11', '1e400', '08', "'x'"],
  ...["'\\n'", "'é'", '"s"', '"\\t\\u00e9\\x41"', '"%v %d"', '`r"w`', 'true', 'false', 'nil', '0x1p-2', '""'],
)
const variable = fc.constantFrom('$', '$x', '$i', '$v')
const path = joined(
  name.map((field) => `.${field}`),
  3,
)
const place = fc.oneof(
  path.filter((fields) => fields !== ''),
  fc.constant('.'),
  written('#0#1', variable, path),
)
const callee = fc.constantFrom(
  ...['and', 'or', 'not', 'len', 'index', 'slice', 'print', 'printf', 'println', 'html', 'js', 'urlquery'],
  ...['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'print', 'printf "%v|%d"', 'printf "%q %T"', 'index', 'eq'],
)
const { pipelines, operands } = fc.letrec<{ pipelines: string; operands: string; commands: string }>((tie) => ({
  operands: fc.oneof(
    { maxDepth: 3 },
    place,
    place,
    literal,
    written('(#0)', tie('pipelines')),
    written('(#0)#1', tie('pipelines'), path),
  ),
  commands: fc.oneof(
    { maxDepth: 3 },
    tie('operands'),
    written('#0 #1', callee, tie('operands')),
    written('#0 #1 #2', callee, tie('operands'), tie('operands')),
    written('#0 #1 #2 #3', callee, tie('operands'), tie('operands'), tie('operands')),
  ),
  pipelines: fc.oneof(
    { maxDepth: 3 },
    tie('commands'),
    tie('commands'),
    written('#0 | #1', tie('commands'), callee),
    written('#0|#1 #2', tie('commands'), callee, tie('operands')),
  ),
}))

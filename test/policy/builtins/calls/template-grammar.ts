/** Templates as they may be, and what they are rendered with. */
import fc from 'fast-check'
import { awkwardText } from '../differential.js'

export const name = fc.constantFrom('a', 'b', 'é', 'nope', 'list', 'map', 'text', 'null')
export const scalar = fc.constantFrom<unknown>(
  null,
  true,
  false,
  0,
  1,
  -2,
  1.5,
  1e21,
  2 ** 60,
  '',
  'a',
  '<é "\'&>',
)
// None of three: Go makes room for a fourth, which a slice may reach.
const few = <T>(of: fc.Arbitrary<T>) => fc.array(of, { maxLength: 4 }).filter((all) => all.length !== 3)
export const { values } = fc.letrec((tie) => ({
  values: fc.oneof(
    { maxDepth: 3 },
    scalar,
    few(tie('values')),
    fc.dictionary(name, tie('values'), { maxKeys: 3 }),
  ),
}))
export const variables = fc.record({
  a: values,
  b: values,
  list: few(values),
  map: fc.dictionary(name, values, { maxKeys: 4 }),
  text: awkwardText(),
  null: fc.constant(null),
})

export const joined = (parts: fc.Arbitrary<string>, maxLength: number) =>
  fc.array(parts, { maxLength }).map((all) => all.join(''))
/** A form with these in the places of #0, #1 and so on. */
export const written = (form: string, ...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
  fc.tuple(...parts).map((all) => form.replace(/#(\d)/g, (_, n) => all[Number(n)]!))

const integer = fc.constantFrom('1', '0', '-3', '+2', '0x1F', '017', '1_000', '0b11', "'x'", '(len $.text)')
const string = fc.constantFrom('"s"', '"\\t\\u00e9\\x41"', '`r"w`', '""', '$.text', '(print $.a)')
const literal = fc.oneof(
  integer,
  string,
  fc.constantFrom('2.5', '1e3', '-0x1e', '0x1p-2', 'true', 'false', 'nil'),
)
const path = joined(
  name.map((field) => `.${field}`),
  3,
)
const place = fc.oneof(
  fc.constantFrom(...['.', '$', '$.a', '$.b', '$.list', '$.map', '$.null', '$.nope.a', '$x', '$i', '$v']),
  fc.constantFrom(...['$.map.a', '(index $.map "b")', '(slice $.list 0)', '(or $.null $.b)', '(.)']),
)
const wild = written('#0#1', fc.constantFrom('', '$', '$x', '$i', '$v', '(.)', '(.a).b'), path)
export const callee = fc.constantFrom(
  ...['and', 'or', 'not', 'len', 'index', 'slice', 'print', 'println', 'html', 'js', 'urlquery', 'print'],
  ...['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'printf', 'printf "%v|%d"', 'printf "%q %T"', 'printf "%#v %5v"'],
)
const takesAll = fc.constantFrom('and', 'or', 'print', 'println', 'html', 'js', 'urlquery', 'printf "%v|%q"')
const comparison = fc.constantFrom('eq', 'ne', 'lt', 'le', 'gt', 'ge')
const { pipeline } = fc.letrec<{ pipeline: string; operand: string; command: string }>((tie) => ({
  operand: fc.oneof(
    { maxDepth: 4 },
    { weight: 6, arbitrary: place },
    { weight: 4, arbitrary: literal },
    { weight: 1, arbitrary: wild },
    { weight: 4, arbitrary: written('(#0)', tie('pipeline')) },
  ),
  command: fc.oneof(
    { maxDepth: 4 },
    { weight: 5, arbitrary: place },
    { weight: 5, arbitrary: written('#0 #1', takesAll, tie('operand')) },
    { weight: 5, arbitrary: written('#0 #1 #2', takesAll, tie('operand'), tie('operand')) },
    { weight: 2, arbitrary: written('not #0', tie('operand')) },
    { weight: 2, arbitrary: written('#0 #1 #2', comparison, integer, integer) },
    { weight: 2, arbitrary: written('#0 #1 #2', comparison, string, string) },
    { weight: 1, arbitrary: written('#0  #1 #2 #3', callee, tie('operand'), tie('operand'), tie('operand')) },
  ),
  pipeline: fc.oneof(
    { maxDepth: 4 },
    { weight: 8, arbitrary: tie('command') },
    { weight: 2, arbitrary: written('#0 | #1', tie('command'), takesAll) },
    { weight: 2, arbitrary: written('#0|#1 #2', tie('command'), takesAll, tie('operand')) },
    { weight: 1, arbitrary: written('#0 | #1', tie('command'), callee) },
  ),
}))
const ranged = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom('$.list', '$.map', '$.nope', '$', '(slice $.list 0)', '(or $.list $.map)'),
  },
  place,
)

const open = fc.constantFrom('{{', '{{', '{{ ', '{{- ', '{{-\n')
const close = fc.constantFrom('}}', '}}', ' }}', ' -}}', '\t-}}')
const action = (form: string, ...parts: fc.Arbitrary<string>[]) =>
  fc.tuple(open, written(form, ...parts), close).map((all) => all.join(''))
const end = action('end')
const otherwise = action('else')
const text = fc.constantFrom('text', ' ', '\n', 'é', '', '<no value>', '} {', ' \t x ')
const jump = fc.constantFrom('{{break}}', '{{continue}}', '{{- break -}}')
const { nodes } = fc.letrec<{ nodes: string; node: string }>((tie) => ({
  nodes: joined(tie('node'), 3),
  node: fc.oneof(
    { maxDepth: 4 },
    text,
    action('#0', pipeline),
    action('#0', place),
    action('#0 #1 #2', fc.constantFrom('$x', '$v', '$i'), fc.constantFrom(':=', '='), pipeline),
    action('/* #0 */', text),
    written('#0#1#2', action('if #0', pipeline), tie('nodes'), end),
    written('#0#1#2#3#4', action('if #0', pipeline), tie('nodes'), otherwise, tie('nodes'), end),
    written('#0#1#2#3#4', action('if #0', pipeline), text, action('else if #0', pipeline), tie('nodes'), end),
    written('#0#1#2#3#4', action('with #0', place), text, action('else with #0', place), tie('nodes'), end),
    written('#0#1#2', action('with $x := #0', place), tie('nodes'), end),
    written('#0#1#2#3#4', action('range #0', ranged), tie('nodes'), otherwise, tie('nodes'), end),
    written('#0#1{{$i}}#2', action('range $i, $v := #0', ranged), tie('nodes'), end),
    written('#0{{.}}#1#2', action('range $v = #0', ranged), tie('nodes'), end),
    written('{{range 3}}#0#1#2#3{{.}}{{end}}', tie('nodes'), action('if #0', pipeline), jump, end),
    written('{{range 2}}{{range #0}}#1#2#3{{end}}{{.}}{{end}}', ranged, tie('nodes'), otherwise, jump),
    action('template #0 #1', fc.constantFrom('"t"', '`t`', '"t"', '"u"'), place),
    written('#0#1#2', action('block "#0" #1', fc.constantFrom('b', 'c', 'd', 'e'), place), tie('nodes'), end),
  ),
}))

export const template = written(
  '{{define "t"}}[{{.}}]{{end}}{{define `u`}}{{.a}}{{end}}{{$x := 1}}{{$i := .a}}{{$v := .map}}#0#1#2',
  ...[nodes, nodes, nodes],
)
// With a character gone, doubled or another in its place.
export const mangled = fc
  .tuple(
    template,
    fc.nat(),
    fc.constantFrom('', '}', '{', ' ', '-', '"', '.', '$', '(', '|', '/', ':', '\n', '='),
  )
  .map(([whole, at, by]) => {
    const place = at % whole.length
    return whole.slice(0, place) + by + whole.slice(place + (at % 2))
  })

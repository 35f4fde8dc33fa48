import fc from 'fast-check'
import { awkwardText, type Calls, generated, mostly, type Suite } from '../differential.js'
import { format } from './sprintf.js'
import {
  callee,
  joined,
  mangled,
  name,
  scalar,
  template,
  values,
  variables,
  written,
} from './template-grammar.js'
import { variables as known, texts } from './template-texts.js'

// The gate has no answer where a character is cut in two, which a list is not.
const cutsNone = ([made, values]: unknown[]) =>
  !/slice (?!\$\.list 0)/.test(String(made)) || !/\P{ASCII}/u.test(JSON.stringify(values) + made)
const rendered = (count: number, ...operands: fc.Arbitrary<unknown>[]) =>
  generated(count, ...operands).filter(cutsNone)

const rendering: Calls = {
  'strings.render_template(c[0], c[1])': [
    ...texts.map((each) => [each, known]),
    ...rendered(800, mostly(template), mostly(variables)),
    ...rendered(700, mangled, variables),
  ],
}

const called = written(
  '{{#0 #1 #2}}',
  callee,
  fc.constantFrom('.a', '.b', '1', '"a"'),
  fc.constantFrom('.b', '', '0'),
)
const printing: Calls = {
  'strings.render_template(c[0], {"a": c[1], "b": c[2]})': rendered(1000, called, values, values),
  'strings.render_template("{{printf .f .a .b}}", {"f": c[0], "a": c[1], "b": c[2]})': generated(
    600,
    format,
    values,
    values,
  ),
  'strings.render_template("{{printf .f 65 1.5 (index .a 0)}}", {"f": c[0], "a": "xyz"})': generated(
    500,
    format,
  ),
  'strings.render_template("{{html .a}} {{js .a}} {{urlquery .a}} {{len .a}} {{.a}}", {"a": c[0]})':
    generated(300, awkwardText()),
}

const number = fc
  .tuple(
    ...[fc.constantFrom('', '', '+', '-'), fc.constantFrom('', '', '0x', '0b', '0O', '0', '.', '1')],
    ...[
      joined(fc.constantFrom(...'0011289_.aFe'), 5),
      fc.constantFrom('', '', 'e2', 'p1', 'e-3', 'P-2', '_'),
    ],
  )
  .map((parts) => parts.join(''))
const character = fc.constantFrom(
  ...[
    '\\n',
    '\\"',
    "\\'",
    '\\x41',
    '\\xc3\\xa9',
    '\\u00e9',
    '\\ud800',
    '\\U0001f600',
    '\\101',
    '\\400',
    '\\q',
  ],
  ...['\\', "'", 'é', '\u{1f600}', 'x', '\r', '\n', '\\\\', '4'],
)
const quoted = fc
  .tuple(fc.constantFrom('"', '"', "'", '`'), joined(character, 3))
  .map(([quote, body]) => quote + body + quote)
const literals: Calls = {
  'strings.render_template(c[0], {})': generated(
    800,
    written('{{#0 | printf "%T %v %q"}}', fc.oneof(number, quoted)),
  ),
}

const spellings: Calls = {
  'strings.render_template(c[0], {"n": [1.0, 1e3, 0.10, 12345678901234567890, 1e400]})': [
    ['{{.n}} {{range .n}}{{len .}} {{slice . 1}} {{if .}}{{eq . "1.0"}}{{end}},{{end}}'],
  ],
  'strings.render_template("{{.a}}", {"a": [[c[0]], {c[0]}][c[1]]})': generated(
    20,
    scalar,
    fc.constantFrom(0, 1),
  ),
  'strings.render_template("{{.}}", {k: 1 | some k in c[0]})': generated(50, fc.array(mostly(name))),
}

export const templateCalls: Suite = {
  'templates print what Go makes of them': rendering,
  'functions of templates print as those of Go': printing,
  'literals of templates are those of Go': literals,
  'numbers in templates keep their spelling, and what is no JSON has no place there': spellings,
}

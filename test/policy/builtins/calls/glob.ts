import fc from 'fast-check'
import { type Calls, generated, mostly, type Suite } from '../differential.js'

const piece = fc.constantFrom(
  ...[
    'a',
    'b',
    'ab',
    '*',
    '**',
    '?',
    '.',
    '/',
    ':',
    '[ab]',
    '[!ab]',
    '[a-c]',
    '[!a-c]',
    '[a-]',
    '[]',
    '[]a]',
    '[!]',
  ],
  ...[
    '{a,b}',
    '{ab,*b}',
    '{a,{b,c}}',
    '{*,}',
    '{}',
    '{a',
    '}',
    ',',
    '\\*',
    '\\',
    '[a\\]]',
    '[c-a]',
    '[',
    ']',
    '{',
  ],
  ...['(', ')', '$', '^', '|', '+', '-', '!', 'é', '😀', '\n', '[é-ü]', '[\\]'],
)
const pattern = fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join(''))
const text = fc
  .array(fc.constantFrom('a', 'b', 'c', 'ab', '.', '/', ':', '\n', 'é', '😀', '*', '(', '$', ']', '-', ''), {
    maxLength: 5,
  })
  .map((pieces) => pieces.join(''))
const delimiters = fc.constantFrom(null, [], ['.'], ['/'], [':', '/'], ['é', '😀'], ['ab'], ['a', 1], 'a', {})

const matches: Calls = {
  'glob.match(c[0], c[1], c[2])': [
    ['*.github.com', ['.'], 'api.github.com'],
    ['*.github.com', ['.'], 'a.b.github.com'],
    ['report (*).pdf', null, 'report (1).pdf'],
    ['*', null, 'one\ntwo'],
    [`${'ab'.repeat(900)}*`, null, `${'ab'.repeat(900)}c`],
    ...generated(2500, mostly(pattern), delimiters, mostly(text)),
  ],
}

export const globCalls: Suite = { 'globs match': matches }

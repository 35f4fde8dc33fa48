import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { librariesUsedBy } from '#src/policy/bundle/library-use.js'
import type { Library } from '#src/policy/language/assemble-policies.js'
import { readFiles } from '#src/policy/language/read-policies.js'
import { openToolchain } from '#src/policy/toolchain/toolchain.js'
import { fileOf } from '../language/reading.js'

const toolchain = openToolchain()
afterAll(() => toolchain.close())

const libraries = ['a', 'b'].map(
  (name): Library => ({
    path: `${name}.rego`,
    packagePath: ['stepgate', 'lib', name],
    rego: `package stepgate.lib.${name}\n`,
  }),
)

const escaped = (name: string): string =>
  `["\\u${name.charCodeAt(0).toString(16).padStart(4, '0')}${name.slice(1)}"]`
const element = (...names: string[]): fc.Arbitrary<string> =>
  fc.constantFrom(
    ...names.flatMap((name) => [
      ...[`.${name}`, `.${name}`, `.${name}`, `["${name}"]`, escaped(name), `[\`${name}\`]`],
      ...[`[ "${name}" ]`, `.\n\t\t${name}`, `. # a remark\n${name}`, `["${name}" # a remark\n]`, '[k]'],
    ]),
  )
const elements = fc.tuple(
  element('stepgate', 'stepgate', 'stepgate', 'conf'),
  element('lib', 'lib', 'lib', 'policy'),
  element('a', 'b', 'c'),
  element('x'),
)
const reference = fc
  .tuple(
    fc.constantFrom('data', 'data', 'data', 'data ', 'input', 'input.data'),
    elements,
    fc.nat({ max: 4 }),
  )
  .map(([root, names, length]) => root + names.slice(0, length).join(''))
const expression = fc
  .tuple(
    reference,
    fc.constantFrom(
      'R',
      'f(R)',
      '[x | x := R]',
      '$"{R}"',
      '"R" == "\\"R"',
      '`R` == R',
      'R # R',
      'R with R as 1',
    ),
  )
  .map(([written, form]) => form.replaceAll('R', written))

test('the libraries that a syntax tree may reach are found in the text too', async () => {
  const texts = fc
    .sample(expression, { seed: 20261128, numRuns: 3_000 })
    .map((each) => `package stepgate.policy.p\n\nblock contains "x" if {\n\tk := input.k\n\t${each}\n}\n`)
  const readings = await readFiles(
    texts.map((text, i) => fileOf(`p${i}.rego`, text)),
    toolchain,
  )
  let reached = 0
  let parsed = 0
  for (const [i, { modules }] of readings.entries()) {
    if (modules.length > 0) parsed++
    const used = librariesUsedBy([texts[i]!], libraries)
    for (const path of modules.flatMap(({ mentions }) => mentions.libraries)) {
      for (const library of libraries) {
        if (!path.every((name, at) => library.packagePath[at] === name)) continue
        reached++
        expect(used, texts[i]).toContain(library)
      }
    }
  }
  expect(parsed).toBeGreaterThan(1_000)
  expect(reached).toBeGreaterThan(1_000)
})

import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { textOf } from '#src/policy/language/fact.js'
import { describeDetectors, detector, detectorNames } from '#src/policy/text/detectors/registry.js'
import { detectorTest } from '#src/policy/text/text-test.js'
import { TextView } from '#src/policy/text/text-view.js'
import { BENIGN } from './detectors/benign.js'
import type { CaseTable } from './detectors/case.js'
import { CODE_CASES } from './detectors/code-cases.js'
import { COMMAND_CASES } from './detectors/command-cases.js'
import { HARMLESS_VALUES, NAMED_VALUES } from './detectors/named-values.js'
import { PII_CASES } from './detectors/pii-cases.js'
import { PROMPT_CASES } from './detectors/prompt-cases.js'
import { SECRET_CASES } from './detectors/secret-cases.js'
import { SQL_CASES } from './detectors/sql-cases.js'

const CASES: CaseTable = {
  ...PII_CASES,
  ...SECRET_CASES,
  ...SQL_CASES,
  ...CODE_CASES,
  ...COMMAND_CASES,
  ...PROMPT_CASES,
}
const GROUPS = ['pii', 'secret', 'sql', 'code', 'command', 'prompt']

/** Long enough for the sketch to be asked first. */
const PADDING = 'Nothing to see here, only a few words of plain English that make the text longer. '

const BY_NAME: ReadonlySet<string> = new Set(
  describeDetectors().flatMap(({ name, byNameOnly }) => (byNameOnly ? [name] : [])),
)

const groupOf = (name: string): string => name.split('.')[0]!

const words = (list = ''): string[] => list.split(/\s+/).filter(Boolean).sort()

/** The names in a group without its own: those it asks, and those it leaves out. */
const inGroup = (group: string): [asked: string[], alone: string[]] => {
  const names = detectorNames().filter((name) => name.startsWith(`${group}.`))
  const ends = (of: readonly string[]): string[] => of.map((name) => name.slice(group.length + 1)).sort()
  return [ends(names.filter((name) => !BY_NAME.has(name))), ends(names.filter((name) => BY_NAME.has(name)))]
}

const finds = (name: string, text: string): boolean => detector(name)!.test(new TextView(text))

describe.each(Object.entries(CASES))('%s', (name, cases) => {
  it.each(cases.finds)('finds it in: %s', (text) => {
    expect(finds(name, text)).toBe(true)
    expect(finds(name, `${PADDING}\n${text}\n${PADDING}`)).toBe(true)
    expect(BY_NAME.has(name) || finds(groupOf(name), text)).toBe(true)
  })

  it.each(cases.ignores)('leaves alone: %s', (text) => {
    expect(finds(name, text)).toBe(false)
    expect(finds(name, `${PADDING}\n${text}\n${PADDING}`)).toBe(false)
  })

  it('has at least four cases of each kind', () => {
    expect(Math.min(cases.finds.length, cases.ignores.length)).toBeGreaterThanOrEqual(4)
  })
})

describe('the text of an input, where a name has a line to itself', () => {
  it.each(NAMED_VALUES)('holds what %s finds: %j', (name, input) => {
    expect(finds(name, textOf(input))).toBe(true)
  })

  it.each(HARMLESS_VALUES)('holds nothing for any group to find: %j', (input) => {
    expect(GROUPS.filter((name) => finds(name, textOf(input)))).toEqual([])
  })
})

describe('the detectors', () => {
  it('have cases, every one of them', () => {
    expect(Object.keys(CASES).sort()).toEqual(
      detectorNames()
        .filter((name) => !GROUPS.includes(name))
        .sort(),
    )
  })

  it('stand in the README of the policies, with what is asked by name only apart', async () => {
    const readme = await readFile(new URL('../../../policies/README.md', import.meta.url), 'utf8')
    const listed = [...readme.matchAll(/^- `(\w+)`: `([^`]+)`(?:;\s+\*by name only\* `([^`]+)`)?/gm)]
      .filter(([, group]) => GROUPS.includes(group!))
      .map(([, group, asked, alone]) => [group, words(asked), words(alone)])
    expect(listed).toEqual(GROUPS.map((group) => [group, ...inGroup(group)]))
  })

  it.each([...BY_NAME])('leave %s to be asked by its own name, not by the group', (name) => {
    expect(CASES[name]!.finds.filter((text) => !finds(groupOf(name), text))).not.toEqual([])
  })

  it.each(BENIGN)('find nothing in what is ordinary: %s', (text) => {
    expect(detectorNames().filter((name) => finds(name, text))).toEqual([])
  })

  it('describe themselves in a sentence', () => {
    for (const { name, title, description, category } of describeDetectors()) {
      expect(groupOf(name)).toBe(category)
      expect(title).not.toBe('')
      expect(description).toMatch(/^[A-Z0-9].*\.$/)
    }
  })

  it('answer to their names as text tests, and only to their names', () => {
    expect(detectorTest('pii.ssn')).toMatchObject({ ok: true, test: { name: 'detects pii.ssn' } })
    expect(detectorTest('pii.shoe_size')).toMatchObject({ ok: false })
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitTasks } from '#src/domain/plan/tasks.js'

/** What a query is parted into; `>` marks a task that comes after the one before it. */
const cases: readonly (readonly [string, readonly string[]])[] = [
  ['find tin', ['find tin']],
  ['Find tin. Then sell it.', ['Find tin.', '>sell it.']],
  ['Find tin; find zinc', ['Find tin', 'find zinc']],
  ['find tin and then sell it', ['find tin', '>sell it']],
  ['find tin, then sell it, and then celebrate', ['find tin', '>sell it', '>celebrate']],
  ['find tin, after that sell it', ['find tin', '>sell it']],
  ['Find tin. Afterwards, sell it. Finally celebrate!', ['Find tin.', '>sell it.', '>celebrate!']],
  ['1. find tin\n2. sell it\n3) celebrate', ['find tin', '>sell it', '>celebrate']],
  ['- find tin\n- find zinc\n* find lead', ['find tin', 'find zinc', 'find lead']],
  ['To do:\n\n• find tin\n• find zinc', ['To do:', 'find tin', 'find zinc']],
  ['find tin and zinc, e.g. in Bolivia', ['find tin and zinc, e.g. in Bolivia']],
  ['find version 2.5 of it', ['find version 2.5 of it']],
  ['Is it red? Is it round?', ['Is it red?', 'Is it round?']],
  ['Then find tin', ['find tin']],
  ['the thenar muscle, thence home', ['the thenar muscle, thence home']],
  ['他们在哪里？找到他们。', ['他们在哪里？', '找到他们。']],
  ['  find \t  tin  \r\n\r\n', ['find tin']],
  ['', []],
  [' ;;; ... \n - \n 1. ', []],
]

describe('a query', () => {
  it.each(cases)('%j is parted into its tasks', (query, tasks) => {
    expect(splitTasks(query).map(({ text, after }) => `${after ? '>' : ''}${text}`)).toEqual(tasks)
  })

  it('loses no word but those that part it, whatever it is', () => {
    const parting = new Set([
      'and',
      'then',
      'after',
      'that',
      'this',
      'afterwards',
      'next',
      'finally',
      'lastly',
    ])
    const words = (text: string) =>
      text.split(/[\s;,.!?:]+/).filter((word) => /[a-z]/.test(word) && !parting.has(word))
    const piece = fc.constantFrom(
      'find',
      'tin',
      'then',
      'and',
      'after that',
      ';',
      '.',
      ',',
      '\n',
      '- ',
      '!',
      ' ',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const query = pieces.join(' ')
        expect(splitTasks(query).flatMap(({ text }) => words(text))).toEqual(words(query))
      }),
    )
  })

  it('never begins with a task that comes after another', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (query) => {
        const tasks = splitTasks(query)
        expect(tasks[0]?.after ?? false).toBe(false)
        for (const { text } of tasks) expect(text).toBe(text.trim())
      }),
    )
  })
})

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { errors, refuse, sentenceOf } from '#src/domain/errors.js'

describe('the table of refusals', () => {
  it('is the one that the documentation prints', () => {
    const text = readFileSync(new URL('../../src/README.md', import.meta.url), 'utf8')
    const printed = [...text.matchAll(/^\| `([A-Z_]+)` \| (\d+) \| (.*) \| (.*) \|$/gm)].map((row) =>
      row.slice(1),
    )
    const table = Object.entries(errors).map(([code, { status, sentence, cure }]) => [
      code,
      `${status}`,
      sentence,
      cure,
    ])
    expect(printed).toEqual(table)
  })

  it('fills its sentences from the details, and leaves no placeholder open', () => {
    expect(sentenceOf(refuse('APPROVAL_PENDING', { step: 'deploy' }))).toBe(
      'Step deploy is waiting for approval',
    )
    expect(sentenceOf(refuse('BAD_REQUEST', { message: 'a {brace} stays' }))).toBe('a {brace} stays')
  })
})

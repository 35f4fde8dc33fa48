import { describe, expect, it } from 'vitest'
import { pathsIn, renderObject, renderText, renderValue } from '#src/domain/plan/template.js'

const scope = {
  query: 'find shoes',
  steps: { 'look-up': { output: { items: [{ id: 7 }, { id: 8 }], note: null } } },
  trick: '{{query}}',
}

describe('a template', () => {
  it('that is one reference becomes what it refers to, with its type', () => {
    expect(renderValue('{{steps.look-up.output.items}}', scope)).toEqual({
      ok: true,
      value: [{ id: 7 }, { id: 8 }],
    })
    expect(renderValue(' {{query}}', scope)).toEqual({ ok: true, value: ' find shoes' })
    expect(renderValue('{{ steps.look-up.output.note }}', scope)).toEqual({ ok: true, value: null })
  })

  it('writes values into longer texts, objects as JSON', () => {
    expect(renderText('q={{query}} first={{steps.look-up.output.items[0]}}', scope)).toEqual({
      ok: true,
      value: 'q=find shoes first={"id":7}',
    })
  })

  it('fills the texts of nested objects and lists, and no keys', () => {
    expect(renderObject({ '{{query}}': [{ q: '{{query}}' }, 3, null] }, scope)).toEqual({
      ok: true,
      value: { '{{query}}': [{ q: 'find shoes' }, 3, null] },
    })
  })

  it('does not read what was filled in for references again', () => {
    expect(renderText('{{trick}}', scope)).toEqual({ ok: true, value: '{{query}}' })
  })

  it.each([
    ['{{nothing}}', '{{nothing}} is not there'],
    ['{{query.length}}', '{{query.length}} is not there'],
    ['{{constructor}}', '{{constructor}} is not there'],
    ['{{steps.look-up.output.items[9].id}}', '{{steps.look-up.output.items[9].id}} is not there'],
    ['{{ 1 + 1 }}', '{{1 + 1}} is not a path such as steps.search.output'],
    ['{{}}', '{{}} is not a path such as steps.search.output'],
  ])('that reads %s is refused: %s', (template, message) => {
    expect(renderValue(template, scope)).toEqual({ ok: false, message })
    expect(renderText(`before ${template} after`, scope)).toEqual({ ok: false, message })
  })

  it('tells what it reads', () => {
    expect(pathsIn({ a: '{{x.y}} {{ z }}', b: ['{{x}}', 1], c: null })).toEqual(['x.y', 'z', 'x'])
  })
})

import fc from 'fast-check'
import { RE2JS } from 're2js'
import { describe, expect, it } from 'vitest'
import { enableLinearRegexp } from '#src/policy/text/linear-regexp.js'
import { compilePattern } from '#src/policy/text/pattern.js'
import { TextSketch } from '#src/policy/text/sketch.js'
import { pattern, scribble, text } from './generated-patterns.js'

enableLinearRegexp()

function oracle(source: string): ((text: string) => boolean) | undefined {
  try {
    const compiled = RE2JS.compile(source)
    return (subject) => compiled.test(subject.replace(/\p{Surrogate}/gu, '\ufffd'))
  } catch {
    return undefined
  }
}

describe('a compiled pattern', () => {
  it('answers as re2js does, whichever engine it runs on', () => {
    const engines = { v8: 0, re2js: 0, hits: 0 }
    fc.assert(
      fc.property(pattern, fc.array(text, { minLength: 3, maxLength: 8 }), (source, texts) => {
        const expected = oracle(source)
        const compiled = compilePattern(source)
        expect(compiled.ok, source).toBe(expected !== undefined)
        if (!compiled.ok || expected === undefined) return
        engines[compiled.pattern.engine]++
        for (const subject of texts) {
          const e = expected(subject)
          if (e) engines.hits++
          if (compiled.pattern.test(subject) !== e) throw new Error(JSON.stringify([source, subject, e]))
        }
      }),
      { numRuns: Number(process.env.RUNS ?? 4000) },
    )
    // What was generated reached both engines and was found, too.
    expect(Math.min(...Object.values(engines))).toBeGreaterThan(0)
  })

  it('reads half a character as U+FFFD, wherever in the search that is asked', () => {
    for (const source of ['([😀-😁])(.*�)', '(.|a)*�', '�', 'x.*y.*�{2}']) {
      const compiled = compilePattern(source)
      if (!compiled.ok) throw new Error(compiled.message)
      const text = `${'-'.repeat(80)}😁xy\ud83d\udc00\ud83d`
      const wanted = oracle(source)?.(text)
      expect(compiled.pattern.test(text), source).toBe(wanted)
      if (wanted) expect(compiled.pattern.mayMatch(new TextSketch(text)), source).toBe(true)
    }
  })

  it('does not take longer for many word edges in a row, as the compiler of V8 would', () => {
    for (const source of [
      `(?:(?:${'\\b'.repeat(17)}){17}|x)K`,
      `${'\\b.*'.repeat(40)}K`,
      '(?:(?:^|\\b)-?){60}K',
    ]) {
      const compiled = compilePattern(source)
      if (!compiled.ok) throw new Error(compiled.message)
      expect(compiled.pattern.test('ab cd ef 12 K'), source).toBe(oracle(source)?.('ab cd ef 12 K'))
    }
  })

  it('is left to re2js where the compiler of V8 would look ahead for minutes, or for ever', () => {
    for (const [source, found] of [
      [`x${'(?:|)'.repeat(40)}K`, 'ab xK'],
      ['(?:É\\s+.){1,}|(?-s:|){3,35}(?s){17}\\x41{1,}𝒳+', 'b A𝒳'],
      [`x${'a?b?c?'.repeat(90)}abcd`, 'xacabcd'],
      [`x(?:a?|b*)${'(?:a|bc|)'.repeat(30)}KKKK`, 'xabcKKKK'],
      ['x\\pL{3,35}😁abcd', 'xéab😁abcd'],
    ] as const) {
      const compiled = compilePattern(source)
      if (!compiled.ok) throw new Error(compiled.message)
      expect(compiled.pattern.engine, source).toBe('re2js')
      expect(compiled.pattern.test(found), source).toBe(true)
      expect(compiled.pattern.test(found.slice(0, -1)), source).toBe(false)
    }
  })

  it('is refused exactly when re2js refuses it', () => {
    let ok = 0
    fc.assert(
      fc.property(scribble, (source) => {
        const compiled = compilePattern(source)
        if (compiled.ok) ok++
        expect(compiled.ok, source).toBe(oracle(source) !== undefined)
      }),
      { numRuns: Number(process.env.RUNS ?? 4000) },
    )
    expect(ok).toBeGreaterThan(0)
  })
})

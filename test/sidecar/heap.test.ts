import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'

const heap = new URL('../../dist/sidecar/heap.js', import.meta.url).href

/** Of a thousand objects, how many begin young, after many that the same line made had lived long. */
function youngAfterLongLife(first: string): number {
  const program = `
    import { keepGatesYoung } from ${JSON.stringify(heap)}
    ${first}
    const make = (n) => ({ step: n, input: { amount: n }, policies: [n] })
    const waiting = []
    for (let n = 0; n < 3_000_000; n++) waiting[n % 200_000] = make(n)
    let young = 0
    for (let n = 0; n < 1000; n++) if (%InYoungGeneration(make(n))) young++
    console.log(young)`
  const flags = ['--allow-natives-syntax', '--max-semi-space-size=8', '--input-type=module', '-e', program]
  return Number(execFileSync(process.execPath, flags, { encoding: 'utf8' }))
}

it('what a gate makes begins young, however long such things lived while many callers waited', () => {
  expect(youngAfterLongLife('keepGatesYoung()')).toBe(1000)
  // What V8 does unless it is told: should that change, nothing needs to be told any more.
  expect(youngAfterLongLife('')).toBeLessThan(1000)
})

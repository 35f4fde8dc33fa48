import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openToolchain } from '#src/policy/toolchain/toolchain.js'
import { answers, type Calls, compiled } from './differential.js'

interface Recorded {
  how: string
  calls: Record<string, [operands: unknown[], printed: string | null][]>
}

const path = new URL('recorded.json', import.meta.url)
const recorded = JSON.parse(readFileSync(path, 'utf8')) as Recorded

const calls: Calls = Object.fromEntries(
  Object.entries(recorded.calls).map(([call, cases]) => [call, cases.map(([operands]) => operands)]),
)
const toolchain = openToolchain()
const gate = await answers(calls, compiled(toolchain))
await toolchain.close()

test.each(Object.keys(recorded.calls))('%s is what OPA was recorded to answer', async (call) => {
  const expected = recorded.calls[call]!.map(([operands, printed]) => ({
    operands,
    printed: printed ?? undefined,
  }))
  expect(gate.filter((answer) => answer.call === call)).toEqual(
    expected.map((answer) => ({ call, ...answer })),
  )
})

import { describe, expect, test } from 'vitest'
import { openToolchain } from '#src/policy/toolchain/toolchain.js'
import { byteCalls } from './calls/bytes.js'
import { globCalls } from './calls/glob.js'
import { jsonCalls } from './calls/json.js'
import { netCalls } from './calls/net.js'
import { numberCalls } from './calls/numbers.js'
import { regexCalls } from './calls/regex.js'
import { sprintfCalls } from './calls/sprintf.js'
import { templateCalls } from './calls/template.js'
import { textCalls } from './calls/text.js'
import { timeCalls } from './calls/time.js'
import { webCalls } from './calls/web.js'
import { type Answer, answers, type Calls, compiled, interpreted } from './differential.js'

const suites = [
  timeCalls,
  textCalls,
  byteCalls,
  numberCalls,
  regexCalls,
  globCalls,
  jsonCalls,
  webCalls,
  netCalls,
  sprintfCalls,
  templateCalls,
]

// A suite at a time: one evaluation of them all would grow the policy's memory to where every step is slow.
const toolchain = openToolchain()
const gate: Answer[] = []
const opa: Answer[] = []
for (const suite of suites) {
  const calls: Calls = Object.assign({}, ...Object.values(suite))
  gate.push(...(await answers(calls, compiled(toolchain))))
  opa.push(...(await answers(calls, interpreted(toolchain))))
}
await toolchain.close()

const sameCall = (calls: Calls) => (answer: Answer) => Object.hasOwn(calls, answer.call)

describe.each(suites.flatMap((suite) => Object.entries(suite)))('%s', (_, calls) => {
  test('as OPA has it', () => {
    expect(gate.filter(sameCall(calls))).toEqual(opa.filter(sameCall(calls)))
  })

  test('with answers, and without where operands are wrong', () => {
    const answered = opa.filter(sameCall(calls)).filter((answer) => answer.printed !== undefined)
    expect(new Set(answered.map((answer) => answer.call))).toEqual(new Set(Object.keys(calls)))
  })
})

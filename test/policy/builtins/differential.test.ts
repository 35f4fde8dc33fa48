import { describe, expect, test } from 'vitest'
import { openToolchain } from '#src/policy/toolchain/toolchain.js'
import { jsonCalls } from './calls/json.js'
import { regexCalls } from './calls/regex.js'
import { sprintfCalls } from './calls/sprintf.js'
import { textCalls } from './calls/text.js'
import { timeCalls } from './calls/time.js'
import { webCalls } from './calls/web.js'
import { answers, type Calls, compiled, interpreted } from './differential.js'

const suite = { ...timeCalls, ...textCalls, ...regexCalls, ...jsonCalls, ...webCalls, ...sprintfCalls }

// All at once: most of the time goes into starting and compiling.
const all: Calls = Object.assign({}, ...Object.values(suite))
const toolchain = openToolchain()
const gate = await answers(all, compiled(toolchain))
const opa = await answers(all, interpreted(toolchain))
await toolchain.close()

const sameCall = (calls: Calls) => (answer: { call: string }) => Object.hasOwn(calls, answer.call)

describe.each(Object.entries(suite))('%s', (_, calls) => {
  test('as OPA has it', () => {
    expect(gate.filter(sameCall(calls))).toEqual(opa.filter(sameCall(calls)))
  })

  test('with answers, and without where operands are wrong', () => {
    const answered = opa.filter(sameCall(calls)).filter((answer) => answer.printed !== undefined)
    expect(new Set(answered.map((answer) => answer.call))).toEqual(new Set(Object.keys(calls)))
  })
})

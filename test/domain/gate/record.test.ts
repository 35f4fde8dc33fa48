import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { combine, type Judgement } from '#src/domain/decision.js'
import { isRefusal } from '#src/domain/errors.js'
import { gateInput } from '#src/domain/gate/input.js'
import { decisionRecord, readRecord } from '#src/domain/gate/record.js'
import type { GateRequest } from '#src/domain/gate/request.js'
import { readGateRequest } from '#src/http/wire/gate.js'
import { freshWorkflow } from '../../fresh-workflow.js'

const workflow = freshWorkflow({ metadata: { team: 'a "quoted" one' } })
const identity = { org: 'local', tenant: 'acme', client: 'acme', open: true }

function asked(text: string): GateRequest {
  const request = readGateRequest(Buffer.from(text), false)
  if (isRefusal(request)) throw new Error(JSON.stringify(request))
  return request
}

function recordOf(request: GateRequest, redact?: readonly string[]) {
  const matches = redact
    ? [
        {
          policyId: 'p',
          policyName: 'P',
          action: 'redact',
          reason: 'r',
          enforcement: 'enforce',
          redact,
        } as const,
      ]
    : []
  const judgement: Judgement = { revision: 'r_1', matches, facts: {} }
  const input = gateInput(workflow, undefined, 's', request, identity, 2_000)
  return decisionRecord('dec_1', judgement, combine(judgement), input, true, request.asked)
}

const text = fc.oneof(fc.string({ maxLength: 80 }), fc.string({ unit: 'binary', maxLength: 20 }))
const body = fc.record(
  {
    step_type: fc.constantFrom('llm_call', 'tool_call', 'connector_call', 'human_task'),
    step_name: fc.option(text),
    model: fc.option(fc.constantFrom('gpt', 'ü "m" \\ ', '')),
    provider: fc.option(text),
    tokens_in: fc.option(fc.nat()),
    tokens_out: fc.option(fc.nat()),
    cost_usd: fc.option(fc.double({ min: 0, max: 10, noNaN: true })),
    step_input: fc.option(fc.dictionary(text, fc.jsonValue())),
    tool_context: fc.option(
      fc.record(
        {
          tool_name: fc.string({ minLength: 1, maxLength: 20 }),
          tool_type: fc.option(text),
          tool_input: fc.dictionary(text, fc.jsonValue()),
        },
        { requiredKeys: ['tool_name'] },
      ),
    ),
    retry_policy: fc.option(fc.constantFrom('idempotent', 'reevaluate')),
    idempotency_key: fc.option(text),
  },
  { requiredKeys: ['step_type'] },
)

describe('the record of a decision', () => {
  it('tells the input that policy judged, whether the request is kept as it came or written anew', () => {
    fc.assert(
      fc.property(body, fc.constantFrom(undefined, 2), (given, indent) => {
        const request = asked(JSON.stringify(given, null, indent))
        const { asked: bytes, ...anew } = request
        const kept = recordOf(request)
        expect(bytes).toBeDefined()
        expect(kept.asked).toBe(bytes)
        expect(kept.body).not.toContain('"step_input"')
        expect(readRecord(kept)).toEqual(readRecord(recordOf(anew)))
        const judged = gateInput(workflow, undefined, 's', request, identity, 2_000)
        expect(readRecord(kept).input).toEqual(JSON.parse(JSON.stringify(judged.object)))
        expect(JSON.parse(judged.text())).toEqual(JSON.parse(JSON.stringify(judged.object)))
      }),
      { numRuns: 500 },
    )
  })

  it('takes of two members of one name the later, as the request was read', () => {
    const kept = recordOf(
      asked('{"step_type":"llm_call","model":"a","model":"b","step_input":{"x":1,"x":2}}'),
    )
    expect(readRecord(kept).input).toMatchObject({ model: 'b', step_input: { x: 2 } })
  })

  it('does not keep what the contract does not know, nor names in other letter case', () => {
    for (const odd of [
      '{"step_type":"llm_call","password":"hunter2"}',
      '{"Step_Type":"llm_call"}',
      '{"step_type":"tool_call","tool_context":{"tool_name":"t","secret":"hunter2"}}',
      '{"step_type":"tool_call","tool_context":{"Tool_Name":"t"}}',
    ]) {
      const kept = recordOf(asked(odd))
      expect(kept.asked).toBeUndefined()
      expect(kept.body).not.toContain('hunter2')
      expect(readRecord(kept).input.step_type).toMatch(/_call$/)
    }
  })

  it('does not keep a request of which something is to be masked', () => {
    const kept = recordOf(asked('{"step_type":"llm_call","step_input":{"ssn":"078-05-1120"}}'), [
      'step_input.ssn',
    ])
    expect(kept.asked).toBeUndefined()
    expect(kept.body).not.toContain('078-05-1120')
    expect(readRecord(kept).input.step_input).toEqual({ ssn: '[redacted]' })
  })
})

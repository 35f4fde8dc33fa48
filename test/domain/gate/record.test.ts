import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { combine, type Judgement } from '#src/domain/decision.js'
import { isRefusal } from '#src/domain/errors.js'
import { gateInput } from '#src/domain/gate/input.js'
import { decisionRecord, type KeptRecord, readRecord } from '#src/domain/gate/record.js'
import type { GateRequest } from '#src/domain/gate/request.js'
import type { Identity } from '#src/domain/identity.js'
import type { PlanFacts } from '#src/domain/plan/drift.js'
import type { Step } from '#src/domain/step.js'
import type { Workflow } from '#src/domain/workflow.js'
import { readGateRequest } from '#src/http/wire/gate.js'
import { freshWorkflow } from '../../fresh-workflow.js'

const fresh = freshWorkflow({ metadata: { team: 'a "quoted" one' }, createdAt: 400 })
const someone: Identity = { org: 'local', tenant: 'acme', client: 'acme', open: true }

/** What a gate call finds besides the request. */
interface Situation {
  readonly workflow: Workflow
  readonly step?: Step | undefined
  readonly identity: Identity
  readonly plan?: PlanFacts | undefined
}
const first: Situation = { workflow: fresh, identity: someone }

function asked(text: string): GateRequest {
  const request = readGateRequest(Buffer.from(text), false)
  if (isRefusal(request)) throw new Error(JSON.stringify(request))
  return request
}

const inputOf = ({ workflow, step, identity, plan }: Situation, request: GateRequest) =>
  gateInput(workflow, step, 's', request, identity, 2_000, plan)

function recordOf(request: GateRequest, situation = first, redact?: readonly string[]): KeptRecord {
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
  const input = inputOf(situation, request)
  return decisionRecord('dec_1', judgement, combine(judgement), input, true, request.asked)
}

/** Read later, when much else has happened in the workflow. */
const read = (kept: KeptRecord) =>
  readRecord(kept, {
    workflow: {
      ...fresh,
      version: 90,
      status: 'failed',
      stepCount: 70,
      tokensIn: 5,
      tokensOut: 6,
      costUsd: 2,
      approvalsGranted: 1,
    },
    stepId: 's',
    at: 2_000,
  })

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

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
    idempotency_key: fc.option(text.map((key) => key.replaceAll('\0', ''))),
  },
  { requiredKeys: ['step_type'] },
)

const situation: fc.Arbitrary<Situation> = fc.record({
  workflow: fc
    .record({ stepCount: fc.nat(), tokensIn: fc.nat(), tokensOut: fc.nat(), approvalsGranted: fc.nat(9) })
    .map((totals) => ({ ...fresh, ...totals, costUsd: totals.tokensIn / 7 })),
  step: fc.option(
    fc.record({
      gateCount: fc.nat(9),
      completionCount: fc.nat(9),
      index: fc.nat(),
      firstGateAt: fc.nat(1999),
    }),
    { nil: undefined },
  ) as fc.Arbitrary<Step | undefined>,
  identity: fc
    .record({ client: text, user: text, email: text, role: text }, { requiredKeys: ['client'] })
    .map((names) => ({ ...someone, ...names })),
  plan: fc.option(
    fc.record({ id: text, mode: text, version: fc.nat(), approved: fc.boolean() }) as fc.Arbitrary<PlanFacts>,
    { nil: undefined },
  ),
})

describe('the record of a decision', () => {
  it('tells the input that policy judged, whether the request is kept as it came or written anew', () => {
    fc.assert(
      fc.property(body, fc.constantFrom(undefined, 2), situation, (given, indent, then) => {
        const request = asked(JSON.stringify(given, null, indent))
        const { asked: bytes, ...anew } = request
        const kept = recordOf(request, then)
        expect(bytes).toBeDefined()
        expect(kept.asked).toBe(bytes)
        expect(kept.body).not.toContain('"step_input"')
        expect(kept.body).not.toContain('quoted')
        const judged = inputOf(then, request)
        expect(plain(read(kept).input)).toEqual(plain(judged.object))
        expect(plain(read(kept))).toEqual(plain(read(recordOf(anew, then))))
        expect(JSON.parse(judged.text())).toEqual(plain(judged.object))
      }),
      { numRuns: 500 },
    )
  })

  it('is read as it was made where the workflow stands in it, as earlier versions wrote it', () => {
    const request = asked('{"step_type":"llm_call","model":"a","step_input":{"x":1},"idempotency_key":"k"}')
    const { step_type, model, step_input, ...rest } = plain(inputOf(first, request).object) as Record<
      string,
      unknown
    >
    const { body, asked: bytes } = recordOf(request)
    const earlier = { body: JSON.stringify({ ...JSON.parse(body), input: rest }), asked: bytes as Uint8Array }
    expect(rest).toHaveProperty('workflow_name', 'w')
    expect(plain(read(earlier))).toEqual(plain(read(recordOf(request))))
  })

  it('takes of two members of one name the later, as the request was read', () => {
    const kept = recordOf(
      asked('{"step_type":"llm_call","model":"a","model":"b","step_input":{"x":1,"x":2}}'),
    )
    expect(read(kept).input).toMatchObject({ model: 'b', step_input: { x: 2 } })
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
      expect(read(kept).input.step_type).toMatch(/_call$/)
    }
  })

  it('does not keep a request of which something is to be masked', () => {
    const kept = recordOf(asked('{"step_type":"llm_call","step_input":{"ssn":"078-05-1120"}}'), first, [
      'step_input.ssn',
    ])
    expect(kept.asked).toBeUndefined()
    expect(kept.body).not.toContain('078-05-1120')
    expect(read(kept).input.step_input).toEqual({ ssn: '[redacted]' })
  })
})

/** The input that a policy test stands for: what it says, over the input of a first, plain gate. @module */

import { type GateInput, gateInput } from '../../domain/gate/input.js'
import type { GateRequest } from '../../domain/gate/request.js'
import type { Identity } from '../../domain/identity.js'
import { isObject } from '../../domain/json.js'
import type { Workflow } from '../../domain/workflow.js'
import type { HistoryFacts } from '../engine/facts.js'
import { createHistory, type PastStep } from '../engine/history.js'
import { inputSchema } from '../language/input-schema.js'
import type { Fact, Hook } from '../policy.js'
import { plainPlan, withFilledSteps } from './plan-input.js'

type Input = Readonly<Record<string, unknown>>

/** What a policy test is judged with. */
export interface TestInput {
  readonly hook: Hook
  /** Without `workflow.steps`, which is what `history` answers for. */
  readonly input: Input
  readonly history: HistoryFacts
}

// Any instant serves, as long as it is the same in every run.
const then = Date.UTC(2026, 0, 1)

const workflow: Workflow = {
  key: 0,
  id: 'wf_test',
  org: 'local',
  tenant: 'community',
  client: 'community',
  name: 'policy-test',
  source: 'external',
  metadata: {},
  status: 'in_progress',
  createdAt: then,
  version: 0,
  stepCount: 0,
  tokensIn: 0,
  tokensOut: 0,
  costUsd: 0,
  approvalsGranted: 0,
}

const identity: Identity = { org: workflow.org, tenant: workflow.tenant, client: workflow.client, open: true }

/**
 * Makes the input of a test: objects are merged, everything else replaces the default.
 * @param facts an engine's `historyFacts`
 */
export function testInput(own: Input, facts: readonly Fact[]): TestInput {
  const hook = hookOf(own)
  const plain = hook === 'plan' ? plainPlan(own, identity, then) : plainGate(own).object
  if (hook === 'plan') return { hook, input: merge(plain, withFilledSteps(own)), history: createHistory([]) }
  const merged = merge(plain, own)
  const { steps = [], ...counted } = (merged.workflow ?? {}) as Input & {
    readonly steps?: readonly PastStep[]
  }
  const history = createHistory(facts)
  for (const step of steps) history.add(undefined, step)
  return {
    hook,
    input: { ...merged, workflow: counted },
    history: { holds: (name) => history.holds(name), stepsText: () => JSON.stringify(steps) },
  }
}

/**
 * A test says by what it brings what it is of: the members of a plan that only a whole plan has (its steps before all),
 * or a plan and nothing that only steps have; an output; code; else it is a step.
 */
function hookOf(own: Input): Hook {
  if (own.request_type === 'map_execution') return 'plan'
  const onlyAtSteps = (name: string): boolean => inputSchema().properties?.[name]?.['x-hooks']?.[0] === 'step'
  if (isObject(own.plan)) {
    const of = (hook: Hook) =>
      Object.keys(own.plan as Input).some((name) => {
        const there = planMembers[name]?.['x-hooks']
        return there?.length === 1 && there[0] === hook
      })
    if (of('plan')) return 'plan'
    if (!of('step') && !Object.keys(own).some((name) => name !== 'plan' && onlyAtSteps(name))) return 'plan'
  }
  return 'output' in own ? 'completion' : 'code' in own ? 'code' : 'step'
}

const planMembers = inputSchema().properties?.plan?.properties ?? {}

function plainGate(own: Input): GateInput {
  const request: GateRequest = {
    stepType: 'tool_name' in own ? 'tool_call' : 'llm_call',
    stepInput: {},
    retryPolicy: 'idempotent',
    idempotencyKey: '',
    includePriorOutput: false,
  }
  return gateInput(workflow, undefined, 'step-1', request, identity, then)
}

function merge(base: Input, over: Input): Input {
  const merged: Record<string, unknown> = { ...base }
  for (const [name, value] of Object.entries(over)) {
    const below = merged[name]
    merged[name] = isObject(below) && isObject(value) ? merge(below, value) : value
  }
  return merged
}

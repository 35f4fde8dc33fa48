/** A run told step by step, from its events. @module */
import type { PastEvent } from '../event.js'
import type { JsonValue } from '../json.js'
import type { Execution, ExecutionStep, GatedPart, RecordedStep, RunPart, StepStatus } from './execution.js'
import { type ToldEvent, tell } from './told-event.js'

/** `paused`: held for an approver. */
export type ReplayStatus = 'pending' | 'running' | 'completed' | 'failed' | 'paused' | 'skipped'

/** A step of which something is recorded. Instants and durations in milliseconds. */
export interface ReplayStep {
  /** From 0. */
  readonly index: number
  readonly id: string
  readonly name: string
  readonly status: ReplayStatus
  readonly startedAt: number
  readonly endedAt?: number
  readonly durationMs?: number
  /** Absent where no gate was asked. */
  readonly type?: ExecutionStep['type']
  readonly provider?: string
  readonly model?: string
  readonly tokensIn: number
  readonly tokensOut: number
  readonly costUsd: number
  readonly error?: string
  /** Gates or attempts after the first, whichever were more. */
  readonly retryCount: number
  readonly gate?: GatedPart
  readonly run?: RunPart
  /** It was reported done without ever having been gated. */
  readonly ungated: boolean
  /** What was asked at the gate, masked as it is recorded. */
  readonly input?: unknown
  readonly toolName?: unknown
  readonly toolInput?: unknown
  readonly output?: JsonValue
  /** All that happened to it, oldest first. */
  readonly events: readonly ToldEvent[]
}

/** A run with all that is recorded of it. */
export interface Replay {
  readonly execution: Execution
  /** In the order of the plan, or of what was first heard of each step. */
  readonly steps: readonly ReplayStep[]
  /** What happened to the run as a whole, oldest first. */
  readonly events: readonly ToldEvent[]
}

const statuses: Readonly<Record<StepStatus, ReplayStatus>> = {
  pending: 'pending',
  running: 'running',
  completed: 'completed',
  failed: 'failed',
  blocked: 'failed',
  skipped: 'skipped',
  approval: 'paused',
}

/**
 * Tell a run (MAP contract §2.2). A step of a plan that nothing happened to yet is not in it. Pure.
 * @param recorded the steps of its workflow
 * @param past its events, oldest first
 */
export function replayOf(
  execution: Execution,
  recorded: readonly RecordedStep[],
  past: readonly PastEvent[],
): Replay {
  const told = past.map(tell)
  const byStep = new Map<string, ToldEvent[]>()
  for (const event of told) {
    if (event.stepId === undefined) continue
    const known = byStep.get(event.stepId)
    if (known) known.push(event)
    else byStep.set(event.stepId, [event])
  }
  const inputs = new Map(recorded.map(({ step, record }) => [step.stepId, record.input]))
  const steps = execution.steps.flatMap((step) => {
    const events = byStep.get(step.id) ?? []
    byStep.delete(step.id)
    return events.length === 0 && step.startedAt === undefined ? [] : [replayed(step, events, inputs)]
  })
  const unplanned = [...byStep].map(([id, events]) => ungated(id, events))
  return {
    execution,
    steps: inOrder(execution, [...steps, ...unplanned]),
    events: told.filter(({ stepId }) => stepId === undefined),
  }
}

/** A plan's steps keep their places; a workflow's are in the order in which they came, which never changes afterwards. */
function inOrder(execution: Execution, steps: readonly ReplayStep[]): readonly ReplayStep[] {
  if (execution.type === 'map_plan') {
    let next = execution.steps.length
    return steps.map((step) => (step.ungated ? { ...step, index: next++ } : step))
  }
  return [...steps]
    .sort((a, b) => (a.events[0]?.seq ?? 0) - (b.events[0]?.seq ?? 0))
    .map((step, index) => ({ ...step, index }))
}

function replayed(
  step: ExecutionStep,
  events: readonly ToldEvent[],
  inputs: ReadonlyMap<string, RecordedStep['record']['input']>,
): ReplayStep {
  const input = inputs.get(step.id)
  const output = outputOf(events)
  const { startedAt, endedAt, durationMs, gate, run } = step
  return {
    index: step.index - 1,
    id: step.id,
    name: step.name,
    status: statuses[step.status],
    startedAt: startedAt ?? endedAt ?? (events[0] as ToldEvent).at,
    ...(endedAt === undefined ? {} : { endedAt }),
    ...(durationMs === undefined ? {} : { durationMs }),
    type: step.type,
    ...(step.provider === undefined ? {} : { provider: step.provider }),
    ...(step.model === undefined ? {} : { model: step.model }),
    tokensIn: step.tokensIn ?? 0,
    tokensOut: step.tokensOut ?? 0,
    costUsd: step.costUsd ?? 0,
    ...(step.error === undefined ? {} : { error: step.error }),
    retryCount: Math.max(0, (gate?.gateCount ?? 0) - 1, (run?.attempt ?? 0) - 1),
    ...(gate ? { gate } : {}),
    ...(run ? { run } : {}),
    ungated: false,
    ...(input ? { input: input.step_input, toolName: input.tool_name, toolInput: input.tool_input } : {}),
    ...(output === undefined ? {} : { output }),
    events,
  }
}

/** A step that only its completions tell of. */
function ungated(id: string, events: readonly ToldEvent[]): ReplayStep {
  const [first] = events as readonly [ToldEvent]
  const last = events.at(-1) as ToldEvent
  const output = outputOf(events)
  const amount = (name: string): number =>
    events.reduce((sum, { facts }) => sum + (typeof facts[name] === 'number' ? facts[name] : 0), 0)
  return {
    index: 0,
    id,
    name: id,
    status: 'completed',
    startedAt: first.at,
    endedAt: last.at,
    durationMs: 0,
    tokensIn: amount('tokens_in'),
    tokensOut: amount('tokens_out'),
    costUsd: amount('cost_usd'),
    retryCount: events.length - 1,
    ungated: true,
    ...(output === undefined ? {} : { output }),
    events,
  }
}

const completions: ReadonlySet<ToldEvent['type']> = new Set(['step_completed', 'step_completed_ungated'])

/** The latest output that was reported of the step itself; what undoing it brought stands with that event. */
const outputOf = (events: readonly ToldEvent[]): JsonValue | undefined =>
  events.findLast(({ type, output }) => completions.has(type) && output !== undefined)?.output

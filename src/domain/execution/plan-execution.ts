/** A plan as a run, with the workflow that it runs as. @module */
import { redactions } from '../decision.js'
import { mask } from '../gate/record.js'
import { instant } from '../instant.js'
import { isOver, type Plan, type PlanStatus } from '../plan/plan.js'
import type { RunState, StepRun } from '../plan/run.js'
import type { PlanStep, PlanStepType } from '../plan/step.js'
import type { Workflow } from '../workflow.js'
import {
  type Execution,
  type ExecutionHead,
  type ExecutionStatus,
  type ExecutionStep,
  type GatedPart,
  progressOf,
  type RecordedStep,
  type Sight,
  type StepStatus,
  signals,
} from './execution.js'
import { denialOf, gatedPart, gatedStatus, signalsOf } from './gated-step.js'
import { stepOfWorkflow } from './workflow-execution.js'

/** A plan that waits for a resume, an approval or a person is running. */
const statuses: Readonly<Record<PlanStatus, ExecutionStatus>> = {
  pending: 'pending',
  executing: 'running',
  completed: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
  expired: 'expired',
}

/** The words of `plans.status` that show as one of these. */
export const planStatusesOf = (status: string): readonly PlanStatus[] =>
  (Object.keys(statuses) as PlanStatus[]).filter((word) => statuses[word] === status)

const types: Readonly<Record<PlanStepType, ExecutionStep['type']>> = {
  'llm-call': 'llm_call',
  'connector-call': 'connector_call',
  'human-task': 'human_task',
  conditional: 'action',
  synthesis: 'synthesis',
}

/**
 * A plan as a run (MAP contract §2.3): its steps as they were planned, each with how far it is and what its gate decided.
 * Steps of its workflow that are not in the plan (a hold on the plan as a whole, drift) come after them and are not counted.
 * Pure.
 * @param runs as many as there are; none before it is executed
 * @param steps the steps of the workflow
 */
export function executionOfPlan(
  plan: Plan,
  runs: readonly StepRun[],
  workflow: Workflow | undefined,
  steps: readonly RecordedStep[],
  sight: Sight,
): Execution {
  const gated = new Map(steps.map((recorded) => [recorded.step.stepId, recorded]))
  const planned = plan.steps.map((step, position) =>
    stepOfPlan(plan, step, position, runs[position], gated.get(step.id), sight.now),
  )
  const ids = new Set(plan.steps.map(({ id }) => id))
  const others = workflow ? steps.filter(({ step }) => !ids.has(step.stepId)) : []
  const beside = others.map((recorded, i) => ({
    ...stepOfWorkflow(workflow as Workflow, recorded, sight.now),
    index: planned.length + i + 1,
  }))
  const shown = [...planned, ...beside]
  const found = new Set(shown.flatMap(signalsOf))
  return {
    ...headOfPlan(plan, planned, workflow, sight),
    signals: signals.filter((signal) => found.has(signal)),
    steps: shown,
  }
}

function headOfPlan(
  plan: Plan,
  steps: readonly ExecutionStep[],
  workflow: Workflow | undefined,
  { now, latest }: Sight,
): ExecutionHead {
  const status = statuses[plan.status]
  const completedSteps = steps.filter((step) => step.status === 'completed').length
  const left = steps.filter((step) => step.status === 'skipped').length
  const startedAt = plan.executedAt ?? plan.createdAt
  const endedAt = plan.endedAt ?? (status === 'expired' ? plan.expiresAt : undefined)
  const user = plan.runBy?.user ?? plan.user
  return {
    id: plan.id,
    type: 'map_plan',
    name: shownQuery(plan),
    source: plan.domain,
    status,
    stepIndex: steps.reduce((newest, step) => (step.startedAt === undefined ? newest : step.index), 0),
    totalSteps: steps.length,
    completedSteps,
    progress: progressOf(status, completedSteps + (status === 'running' ? left : 0), steps.length),
    startedAt,
    ...(endedAt === undefined ? {} : { endedAt }),
    ...(plan.executedAt === undefined ? {} : { durationMs: Math.max(0, (endedAt ?? now) - plan.executedAt) }),
    createdAt: plan.createdAt,
    updatedAt: Math.max(plan.updatedAt, latest.at),
    seq: latest.seq,
    estimatedUsd: plan.estimate.usd,
    costUsd: (workflow?.costUsd ?? 0) + (plan.planning.usage?.costUsd ?? 0),
    tokensIn: workflow?.tokensIn ?? 0,
    tokensOut: workflow?.tokensOut ?? 0,
    ...(plan.error === undefined ? {} : { error: plan.error }),
    org: plan.org,
    tenant: plan.tenant,
    client: plan.client,
    ...(user === undefined ? {} : { user }),
    signals: [],
    ...(plan.result === undefined ? {} : { result: plan.result }),
    planId: plan.id,
    ...(plan.workflowId === undefined ? {} : { workflowId: plan.workflowId }),
    metadata: {
      plan_id: plan.id,
      ...(plan.workflowId === undefined ? {} : { workflow_id: plan.workflowId }),
      execution_mode: plan.mode,
      complexity: plan.steps.length,
      parallel: plan.mode === 'auto' || plan.mode === 'parallel',
      expires_at: instant(plan.expiresAt),
      version: plan.version,
    },
  }
}

/** The plan keeps its query, which it runs on; a run is told from its record, where policies may have masked it. */
function shownQuery({ query, judgement }: Plan): string {
  const paths = redactions(judgement?.policies ?? [])
  const { plan } = mask<{ plan: { query: string } | string }>({ plan: { query } }, paths)
  return typeof plan === 'string' ? plan : plan.query
}

/** One step of a plan as a step of a run. */
function stepOfPlan(
  plan: Plan,
  step: PlanStep,
  position: number,
  run: StepRun | undefined,
  recorded: RecordedStep | undefined,
  now: number,
): ExecutionStep {
  const gate = recorded && gatedPart(recorded, now)
  const status = statusOf(plan, run, recorded, now)
  const begun = run?.startedAt ?? recorded?.step.firstGateAt
  const endedAt = isOpen(status) ? undefined : (run?.endedAt ?? recorded?.step.completedAt)
  // A step that was left out never began; what is over began at the latest when it ended.
  const startedAt = begun ?? (status === 'skipped' ? undefined : endedAt)
  const error = (isOpen(status) && run?.state !== 'retrying' ? undefined : run?.error) ?? denied(gate, status)
  const model = recorded?.step.model ?? step.llm?.model
  const provider = recorded?.step.provider ?? step.llm?.provider
  const tokensIn = run?.tokensIn ?? recorded?.step.tokensIn
  const tokensOut = run?.tokensOut ?? recorded?.step.tokensOut
  const costUsd = run?.costUsd ?? recorded?.step.costUsd
  return {
    id: step.id,
    index: position + 1,
    name: step.name,
    type: types[step.type],
    status,
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(endedAt === undefined ? {} : { endedAt }),
    ...(startedAt === undefined || endedAt === undefined
      ? {}
      : { durationMs: Math.max(0, endedAt - startedAt) }),
    ...(error === undefined ? {} : { error }),
    ...(model === undefined ? {} : { model }),
    ...(provider === undefined ? {} : { provider }),
    ...(tokensIn === undefined ? {} : { tokensIn }),
    ...(tokensOut === undefined ? {} : { tokensOut }),
    ...(costUsd === undefined ? {} : { costUsd }),
    ...(gate ? { gate } : {}),
    ...(run ? { run: runPart(run) } : {}),
  }
}

function runPart({ state, attempt, nextAt, compensation }: StepRun): NonNullable<ExecutionStep['run']> {
  return {
    state,
    attempt,
    ...(nextAt === undefined ? {} : { nextAt }),
    ...(compensation === undefined ? {} : { compensation }),
  }
}

const isOpen = (status: StepStatus): boolean =>
  status === 'pending' || status === 'running' || status === 'approval'

const denied = (gate: GatedPart | undefined, status: StepStatus): string | undefined =>
  gate && (status === 'failed' || status === 'blocked') ? denialOf(gate) : undefined

const ofRun: Readonly<Record<RunState, StepStatus>> = {
  waiting: 'pending',
  held: 'approval',
  running: 'running',
  retrying: 'running',
  person: 'running',
  completed: 'completed',
  failed: 'failed',
  blocked: 'blocked',
  rejected: 'failed',
  skipped: 'skipped',
  cancelled: 'skipped',
}

/** The run says how far the step is; what a person did meanwhile stands in the workflow before the run takes note of it. */
function statusOf(
  plan: Plan,
  run: StepRun | undefined,
  recorded: RecordedStep | undefined,
  now: number,
): StepStatus {
  const status = run ? ofRun[run.state] : 'pending'
  const beside = recorded && (status === 'approval' || run?.state === 'person')
  const known = beside ? gatedStatus(recorded, now) : status
  return isOpen(known) && isOver(plan.status) ? 'skipped' : known
}

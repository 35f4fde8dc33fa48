/** A workflow that no plan made, as a run. @module */
import type { WorkflowStatus } from '../workflow.js'
import { isTerminal, type Workflow } from '../workflow.js'
import {
  type Execution,
  type ExecutionHead,
  type ExecutionStatus,
  type ExecutionStep,
  type GatedPart,
  progressOf,
  type RecordedStep,
  type Sight,
  type Signal,
  type StepStatus,
  signals,
} from './execution.js'
import { denialOf, gatedPart, gatedStatus, signalsOf } from './gated-step.js'

/** How many steps of a workflow are in which state, counted by the store. */
export interface StepTally {
  readonly completed: number
  /** Wait for an approver whose time is not over. */
  readonly held: number
  readonly blocked: number
  /** Their hold was rejected or ran out. */
  readonly denied: number
}

const statuses: Readonly<Record<WorkflowStatus, ExecutionStatus>> = {
  in_progress: 'running',
  completed: 'completed',
  failed: 'failed',
  aborted: 'aborted',
}

/** The words of `workflows.status` that show as one of these. */
export const workflowStatusesOf = (status: string): readonly WorkflowStatus[] =>
  (Object.keys(statuses) as WorkflowStatus[]).filter((word) => statuses[word] === status)

/** A workflow and its steps as a run (MAP contract §2.3). Pure. */
export function executionOfWorkflow(
  workflow: Workflow,
  steps: readonly RecordedStep[],
  sight: Sight,
): Execution {
  const shown = steps.map((step) => stepOfWorkflow(workflow, step, sight.now))
  const found = new Set(shown.flatMap(signalsOf))
  const completed = shown.filter(({ status }) => status === 'completed').length
  return { ...head(workflow, completed, found, sight), steps: shown }
}

/** The same without its steps. Pure. */
export function headOfWorkflow(workflow: Workflow, tally: StepTally, sight: Sight): ExecutionHead {
  const found = new Set<Signal>()
  if (tally.held > 0 && !isTerminal(workflow.status)) found.add('approval_pending')
  if (tally.denied > 0) found.add('approval_denied')
  if (tally.blocked > 0) found.add('policy_block')
  const completed =
    workflow.status === 'completed' ? workflow.stepCount - tally.blocked - tally.denied : tally.completed
  return head(workflow, completed, found, sight)
}

function head(
  workflow: Workflow,
  completedSteps: number,
  found: ReadonlySet<Signal>,
  { now, latest }: Sight,
): ExecutionHead {
  const status = statuses[workflow.status]
  return {
    id: workflow.id,
    type: 'wcp_workflow',
    name: workflow.name,
    source: workflow.source,
    status,
    stepIndex: workflow.stepCount,
    totalSteps: workflow.totalSteps ?? workflow.stepCount,
    completedSteps,
    progress: progressOf(status, completedSteps, workflow.totalSteps ?? workflow.stepCount),
    startedAt: workflow.createdAt,
    ...(workflow.endedAt === undefined ? {} : { endedAt: workflow.endedAt }),
    durationMs: Math.max(0, (workflow.endedAt ?? now) - workflow.createdAt),
    createdAt: workflow.createdAt,
    updatedAt: Math.max(workflow.createdAt, latest.at),
    seq: latest.seq,
    costUsd: workflow.costUsd,
    tokensIn: workflow.tokensIn,
    tokensOut: workflow.tokensOut,
    ...(workflow.endReason === undefined || status === 'completed' ? {} : { error: workflow.endReason }),
    org: workflow.org,
    tenant: workflow.tenant,
    client: workflow.client,
    ...(workflow.user === undefined ? {} : { user: workflow.user }),
    signals: signals.filter((signal) => found.has(signal)),
    workflowId: workflow.id,
    metadata: {
      workflow_id: workflow.id,
      source: workflow.source,
      ...(workflow.traceId === undefined ? {} : { trace_id: workflow.traceId }),
    },
  }
}

/** One step of a workflow as a step of a run. Pure. */
export function stepOfWorkflow(workflow: Workflow, recorded: RecordedStep, now: number): ExecutionStep {
  const { step } = recorded
  const gate = gatedPart(recorded, now)
  const status = settledStatus(workflow, gatedStatus(recorded, now))
  const error = denialOf(gate) ?? (status === 'failed' ? workflow.endReason : undefined)
  const endedAt = endOf(workflow, recorded, status, gate)
  return {
    id: step.stepId,
    index: step.index,
    name: step.name ?? step.stepId,
    type: step.type,
    status,
    startedAt: step.firstGateAt,
    ...(endedAt === undefined ? {} : { endedAt, durationMs: Math.max(0, endedAt - step.firstGateAt) }),
    ...(error === undefined ? {} : { error }),
    ...(step.model === undefined ? {} : { model: step.model }),
    ...(step.provider === undefined ? {} : { provider: step.provider }),
    ...(step.tokensIn === undefined ? {} : { tokensIn: step.tokensIn }),
    ...(step.tokensOut === undefined ? {} : { tokensOut: step.tokensOut }),
    ...(step.costUsd === undefined ? {} : { costUsd: step.costUsd }),
    gate,
  }
}

/**
 * Nothing is under way in a run that is over. Steps that were let run and never reported are done where the run completed, as
 * the original has it; where it failed they are what failed; where it was stopped they and the held ones were left out.
 */
function settledStatus(workflow: Workflow, status: StepStatus): StepStatus {
  if (!isTerminal(workflow.status) || (status !== 'running' && status !== 'approval')) return status
  if (status === 'approval' || workflow.status === 'aborted') return 'skipped'
  return workflow.status === 'completed' ? 'completed' : 'failed'
}

function endOf(
  workflow: Workflow,
  { step }: RecordedStep,
  status: StepStatus,
  gate: GatedPart,
): number | undefined {
  if (status === 'running' || status === 'approval') return undefined
  if (status === 'completed') return step.completedAt ?? workflow.endedAt
  // A step that was refused ended with the refusal.
  if (status === 'blocked') return step.decidedAt
  return denialOf(gate) ? (gate.approval?.decidedAt ?? gate.approval?.expiresAt) : workflow.endedAt
}

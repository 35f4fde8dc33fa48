/** What became of an execution, on the wire (MAP contract §1.4, §1.6). @module */
import type { Executed } from '../../control/plans/execute-plan.js'
import type { PlanResults } from '../../control/plans/read-plans.js'
import type { ResumedPlan } from '../../control/plans/resume-plan.js'
import type { StepStatus } from '../../domain/execution/execution.js'
import { isManual, nextInTurn } from '../../domain/plan/moves.js'
import { durationText } from './duration.js'
import { gateReplyText } from './gate.js'
import { wirePolicyInfo } from './plan.js'
import { resultText } from './plan-status.js'

type WireObject = Record<string, unknown>

/** `awaiting_approval`: a person has to decide or to resume. `executing`: it goes on by itself, or waits for a human task. */
export function runStatus({ plan, runs, held }: Omit<Executed, 'blocked'>): string {
  if (plan.status !== 'executing') return plan.status
  if (held) return 'awaiting_approval'
  if (!isManual(plan.mode)) return 'executing'
  if (runs.length === 1 && runs[0]?.state === 'waiting') return 'executing_first_step'
  return runs.some(({ state }) => state === 'waiting') ? 'awaiting_approval' : 'executing'
}

/** A plan that policy refused whole. */
export function wireRefused({ plan }: Executed): WireObject {
  const info = plan.judgement && wirePolicyInfo(plan.judgement)
  const reason = plan.judgement?.reason ?? 'Blocked by policy'
  return {
    success: false,
    plan_id: plan.id,
    status: plan.status,
    error: 'Policy blocked MAP execution',
    code: 'PLAN_BLOCKED',
    message: reason,
    blocked: true,
    block_reason: reason,
    verdict: 'blocked',
    ...(info ? { policy_info: info } : {}),
  }
}

/** A step of the run that policy did not let through, as the refusal of the execution; undefined where there is none. */
export function wireWithheld(
  { runs, plan }: Omit<Executed, 'blocked'>,
  found: PlanResults,
): WireObject | undefined {
  const run = plan.status === 'failed' ? runs.find(({ state }) => state === 'blocked') : undefined
  if (!run) return undefined
  const gate = found.execution.steps.find(({ id }) => id === run.stepId)?.gate
  const reason = gate?.reason ?? run.error ?? 'Blocked by policy'
  const blocking = gate?.policies.filter(
    (match) => match.action === 'block' && match.enforcement === 'enforce',
  )
  return {
    code: 'execution_blocked',
    message: reason,
    reason,
    blocked: true,
    block_reason: reason,
    step_id: run.stepId,
    ...(blocking?.[0] ? { policy: blocking[0].policyId } : {}),
  }
}

/** The plan as it stands after an execute call. */
export function wireExecuted(state: Omit<Executed, 'blocked'>, found: PlanResults): WireObject {
  const { plan, runs, held } = state
  const status = runStatus(state)
  const { execution } = found
  const waits = status === 'awaiting_approval' || status === 'executing_first_step'
  const next = runs.find(({ stepId }) => stepId === held?.stepId) ?? nextInTurn(plan, runs)
  return {
    success: plan.status !== 'failed' && plan.status !== 'cancelled',
    plan_id: plan.id,
    status,
    ...(plan.workflowId === undefined
      ? {}
      : { workflow_id: plan.workflowId, workflow_execution_id: plan.workflowId }),
    ...(plan.error === undefined ? {} : { error: plan.error }),
    ...(plan.status === 'completed' ? { result: executionResult(plan.result) } : {}),
    ...(waits
      ? {
          current_step: (next?.position ?? 0) + 1,
          step_name: plan.steps[next?.position ?? 0]?.name ?? '',
          approval_info: held ? JSON.parse(gateReplyText(held, undefined).text) : null,
        }
      : {}),
    total_steps: plan.steps.length,
    completed_steps: execution.completedSteps,
    duration: durationText(execution.durationMs ?? 0),
    metadata: wireRunMetadata(found),
    ...(plan.judgement ? { policy_info: wirePolicyInfo(plan.judgement) } : {}),
  }
}

const executionResult = (result: PlanResults['plan']['result']): unknown =>
  result === undefined || result === null || result === ''
    ? 'Plan executed successfully (no output generated)'
    : result

/** The steps as tasks. */
function wireRunMetadata({ plan, execution }: PlanResults): WireObject {
  return {
    tasks_executed: execution.steps.filter(({ status }) => status === 'completed').length,
    execution_mode: plan.mode,
    execution_time_ms: execution.durationMs ?? 0,
    tasks: execution.steps.map(({ name, status, durationMs }) => ({
      name,
      status,
      time_ms: durationMs ?? 0,
    })),
  }
}

const open: ReadonlySet<StepStatus> = new Set(['pending', 'running', 'approval'])

/** What each step that is over brought, as the Rust SDK reads it: a list, with durations as texts. */
export const stepResults = ({ execution, outputs }: PlanResults): WireObject[] =>
  execution.steps
    .filter(({ status }) => !open.has(status))
    .map(({ id, name, status, error, durationMs }) => ({
      step_id: id,
      step_name: name,
      status,
      ...(outputs.get(id) === undefined || outputs.get(id) === null ? {} : { result: outputs.get(id) }),
      ...(error === undefined ? {} : { error }),
      duration: durationText(durationMs ?? 0),
    }))

/** The plan as it stands after a resume. */
export function wireResumed(state: ResumedPlan): WireObject {
  const { plan, runs, rejected, stepResult } = state
  const common = {
    success: plan.status !== 'failed' || rejected,
    plan_id: plan.id,
    ...(plan.workflowId === undefined ? {} : { workflow_id: plan.workflowId }),
    approved: !rejected,
    total_steps: plan.steps.length,
  }
  if (rejected) return { ...common, status: 'rejected', message: 'Step rejected, plan aborted' }
  const done = stepResult && {
    step_result: {
      step_index: stepResult.run.position + 1,
      step_id: stepResult.run.stepId,
      step_name: stepResult.name,
      status: stepResult.run.state,
      ...(stepResult.output === null ? {} : { output: stepResult.output }),
      ...(stepResult.run.error === undefined ? {} : { error: stepResult.run.error }),
    },
  }
  if (plan.status === 'completed') {
    const result = plan.result === undefined ? {} : { result: resultText(plan.result) }
    return { ...common, status: 'completed', ...done, ...result, message: 'All steps completed' }
  }
  if (plan.status !== 'executing') return { ...common, status: plan.status, ...done, error: plan.error ?? '' }
  const next = runs.find(({ stepId }) => stepId === state.held?.stepId) ?? nextInTurn(plan, runs)
  return {
    ...common,
    status: runStatus(state),
    ...done,
    ...(next ? { next_step: next.position + 1, next_step_name: plan.steps[next.position]?.name ?? '' } : {}),
  }
}

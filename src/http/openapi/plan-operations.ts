/** The routes of plans. @module */
import type { ErrorCode } from '../../domain/errors.js'
import type { Operation } from './operation.js'

const one = '/api/v1/plan'
const many = '/api/v1/plans'
const plan = `${one}/{plan_id}`
const envelope = 'flat'
const planning: readonly ErrorCode[] = ['BAD_REQUEST', 'INVALID_PLAN', 'NO_AGENT']
const execution: readonly ErrorCode[] = [
  'BAD_REQUEST',
  'PLAN_NOT_FOUND',
  'PLAN_ALREADY_EXECUTED',
  'PLAN_CANCELLED',
  'PLAN_EXPIRED',
  'CONCURRENT_EXECUTION_LIMIT',
]

/** Plans, one by one under `plan`, several under `plans`; and the call by which the SDKs make and execute them. */
export const planOperations: Readonly<Record<string, Operation>> = {
  [`POST ${one}`]: {
    id: 'createPlan',
    summary: 'Plan, judge and store; nothing is executed',
    body: { shape: 'NewPlan' },
    reply: { status: 200, shape: 'MadePlan' },
    refuses: planning,
    envelope,
  },
  [`POST ${one}/execute`]: {
    id: 'executePlan',
    summary: 'Execute a plan, and wait until it is over or waits for a person; 403 where policy refuses it',
    body: { shape: 'ExecutePlan' },
    reply: { status: 200, shape: 'ExecutedPlan' },
    refuses: [...execution, 'PLAN_BLOCKED'],
    envelope,
  },
  [`GET ${plan}`]: {
    id: 'getPlan',
    summary: 'One plan, and how far its steps are',
    reply: { status: 200, shape: 'Plan' },
    refuses: ['PLAN_NOT_FOUND'],
    envelope,
  },
  [`PUT ${plan}`]: {
    id: 'updatePlan',
    summary: 'Change a plan that was not executed, at the version that was read',
    body: { shape: 'PlanChange' },
    reply: { status: 200, shape: 'ChangedPlan' },
    refuses: ['BAD_REQUEST', 'INVALID_PLAN', 'PLAN_NOT_FOUND', 'PLAN_NOT_PENDING', 'VERSION_CONFLICT'],
    envelope,
  },
  [`POST ${plan}/cancel`]: {
    id: 'cancelPlan',
    summary: 'Cancel a plan; its workflow is aborted with it',
    body: { shape: 'Reason', optional: true },
    reply: { status: 200, shape: 'CancelledPlan' },
    refuses: ['PLAN_NOT_FOUND', 'PLAN_NOT_CANCELLABLE'],
    envelope,
  },
  [`GET ${plan}/versions`]: {
    id: 'planVersions',
    summary: 'What a plan was before each of its changes, oldest first',
    reply: { status: 200, shape: 'PlanVersions' },
    refuses: ['PLAN_NOT_FOUND'],
    envelope,
  },
  [`POST ${plan}/rollback/{version}`]: {
    id: 'rollbackPlan',
    summary: 'Make a plan again what it was, as a new version',
    reply: { status: 200, shape: 'ChangedPlan' },
    refuses: ['BAD_REQUEST', 'INVALID_PLAN', 'PLAN_NOT_FOUND', 'PLAN_VERSION_NOT_FOUND', 'PLAN_NOT_PENDING'],
    envelope,
  },
  [`POST ${plan}/resume`]: {
    id: 'resumePlan',
    summary: 'Approve what a plan waits for and let it go on; one step in the modes confirm and step',
    body: { shape: 'ResumePlan', optional: true },
    reply: { status: 200, shape: 'ResumedPlan' },
    refuses: ['BAD_REQUEST', 'PLAN_NOT_FOUND', 'PLAN_NOT_EXECUTING', 'PLAN_BLOCKED', 'APPROVAL_EXPIRED'],
    envelope,
  },
  [`GET ${many}`]: {
    id: 'listPlans',
    summary: 'The tenant’s plans, newest first, without their steps',
    query: {
      status: 'pending, running, completed, failed, cancelled or expired; another word gives an empty page',
      domain: 'exact',
      limit: 'page size, 20 unless given, 100 at most',
      offset: 'rows to pass over',
    },
    reply: { status: 200, shape: 'PlanPage' },
    envelope,
  },
  [`POST ${many}/estimate`]: {
    id: 'estimateSteps',
    summary: 'What steps will cost, by the price tables of the providers',
    body: { shape: 'EstimatePlan' },
    reply: { status: 200, shape: 'PlanCost' },
    refuses: ['BAD_REQUEST', 'INVALID_PLAN'],
  },
  [`GET ${many}/{plan_id}/cost`]: {
    id: 'planCost',
    summary: 'What a plan was estimated to cost, and what it has cost so far',
    reply: { status: 200, shape: 'PlanCost' },
    refuses: ['PLAN_NOT_FOUND'],
  },
  'POST /api/request': {
    id: 'sdkRequest',
    summary: 'How the SDKs make and execute plans; an execution that failed answers 200 with success false',
    body: { shape: 'SdkRequest' },
    reply: { status: 200, shape: 'SdkReply' },
    refuses: [...planning, 'PLAN_NOT_FOUND', 'PLAN_BLOCKED', 'CONCURRENT_EXECUTION_LIMIT'],
    envelope,
  },
}

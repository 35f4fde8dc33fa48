/** The routes of the contract, one entry each. @module */

import type { ErrorCode } from '../../domain/errors.js'
import { agentOperations } from './agent-operations.js'
import { executionOperations } from './execution-operations.js'
import type { Operation } from './operation.js'
import { planOperations } from './plan-operations.js'
import { reviewOperations } from './review-operations.js'

const workflows = '/api/v1/workflows'
const workflow = `${workflows}/{workflow_id}`
const step = `${workflow}/steps/{step_id}`
const ended = (id: string, summary: string, optional = true): Operation => ({
  id,
  summary,
  ...(optional ? { body: { shape: 'Reason', optional } } : {}),
  reply: { status: 200, shape: 'Ended' },
  refuses: ['NOT_FOUND', 'WORKFLOW_TERMINAL', ...(optional ? [] : (['APPROVAL_PENDING'] as const))],
})
const resumes: readonly ErrorCode[] = ['NOT_FOUND', 'NOT_RESUMABLE', 'APPROVAL_HOLD', 'APPROVAL_PENDING']

/** Every route, as `METHOD path`. */
export const operations: Readonly<Record<string, Operation>> = {
  ...agentOperations,
  ...planOperations,
  [`POST ${workflows}`]: {
    id: 'createWorkflow',
    summary: 'Register a workflow',
    body: { shape: 'NewWorkflow' },
    reply: { status: 201, shape: 'CreatedWorkflow' },
    refuses: ['BAD_REQUEST', 'INVALID_TRACE_ID', 'CONCURRENT_EXECUTION_LIMIT'],
  },
  [`GET ${workflows}`]: {
    id: 'listWorkflows',
    summary: 'The tenant’s workflows, newest first',
    query: {
      status: 'in_progress, completed, failed or aborted; another word gives an empty page',
      source: 'langgraph, langchain, crewai or external',
      trace_id: 'exact',
      limit: 'page size, 20 unless given, 100 at most',
      offset: 'rows to pass over',
    },
    reply: { status: 200, shape: 'WorkflowPage' },
  },
  [`GET ${workflows}/approvals/pending`]: {
    id: 'pendingApprovals',
    summary: 'Steps of the tenant that wait for a person, newest first',
    query: { limit: 'page size, 20 unless given, 100 at most' },
    reply: { status: 200, shape: 'PendingApprovals' },
  },
  [`GET ${workflow}`]: {
    id: 'getWorkflow',
    summary: 'One workflow with its steps',
    reply: { status: 200, shape: 'Workflow' },
    refuses: ['NOT_FOUND'],
  },
  [`POST ${step}/gate`]: {
    id: 'checkGate',
    summary: 'May this step run now?',
    query: { include_prior_output: '`true` gives the recorded output back in retry_context' },
    body: { shape: 'GateRequest' },
    reply: { status: 200, shape: 'GateReply' },
    refuses: [
      'BAD_REQUEST',
      'INVALID_TOOL_CONTEXT',
      'NOT_FOUND',
      'WORKFLOW_TERMINAL',
      'APPROVAL_PENDING',
      'APPROVAL_HOLD',
      'IDEMPOTENCY_KEY_MISMATCH',
      'STEP_INPUT_MISMATCH',
    ],
  },
  [`POST ${step}/complete`]: {
    id: 'completeStep',
    summary: 'The step ran',
    body: { shape: 'Completion', optional: true },
    reply: { status: 204 },
    refuses: ['BAD_REQUEST', 'NOT_FOUND', 'STEP_NOT_ALLOWED', 'IDEMPOTENCY_KEY_MISMATCH'],
  },
  [`POST ${step}/approve`]: {
    id: 'approveStep',
    summary: 'Approve a held step',
    body: { shape: 'Approve' },
    reply: { status: 200, shape: 'Approved' },
    refuses: [
      'BAD_REQUEST',
      'NOT_FOUND',
      'WORKFLOW_TERMINAL',
      'NO_APPROVAL_NEEDED',
      'NOT_PENDING',
      'APPROVAL_EXPIRED',
      'APPROVAL_ALREADY_COUNTED',
    ],
  },
  [`POST ${step}/reject`]: {
    id: 'rejectStep',
    summary: 'Reject a held step, which aborts its workflow',
    body: { shape: 'Reject' },
    reply: { status: 200, shape: 'Rejected' },
    refuses: ['BAD_REQUEST', 'NOT_FOUND', 'NO_APPROVAL_NEEDED', 'NOT_PENDING'],
  },
  [`POST ${workflow}/complete`]: ended('completeWorkflow', 'End a workflow that succeeded', false),
  [`POST ${workflow}/fail`]: ended('failWorkflow', 'End a workflow that failed'),
  [`POST ${workflow}/abort`]: ended('abortWorkflow', 'End a workflow that was stopped'),
  [`POST ${workflow}/resume`]: {
    id: 'resumeWorkflow',
    summary: 'May the workflow go on? Changes nothing',
    reply: { status: 200, shape: 'Ended' },
    refuses: ['NOT_FOUND', 'WORKFLOW_TERMINAL', 'APPROVAL_PENDING', 'STEP_REJECTED'],
  },
  [`GET ${workflow}/checkpoints`]: {
    id: 'listCheckpoints',
    summary: 'Where a workflow can be taken up again: one checkpoint a gated step',
    reply: { status: 200, shape: 'Checkpoints' },
    refuses: ['NOT_FOUND'],
  },
  [`POST ${workflow}/checkpoints/resume`]: {
    id: 'resumeFromLastCheckpoint',
    summary:
      'Evaluate the last resumable checkpoint’s gate anew; one whose record is redacted blocks until it is gated again',
    reply: { status: 200, shape: 'Resumed' },
    refuses: resumes,
  },
  [`POST ${workflow}/checkpoints/{checkpoint_id}/resume`]: {
    id: 'resumeFromCheckpoint',
    summary: 'Evaluate a checkpoint’s gate anew; one whose record is redacted blocks until it is gated again',
    reply: { status: 200, shape: 'Resumed' },
    refuses: ['BAD_REQUEST', ...resumes],
  },
  ...reviewOperations,
  ...executionOperations,
  'GET /health': {
    id: 'health',
    summary: 'Health in AxonFlow’s shape; 503 while not ready',
    reply: { status: 200, shape: 'Health' },
    open: true,
  },
  'GET /health/live': {
    id: 'live',
    summary: 'The process turns',
    reply: { status: 200, shape: 'Readiness' },
    open: true,
  },
  'GET /health/ready': {
    id: 'ready',
    summary: 'The process can decide and record; 503 while it cannot',
    reply: { status: 200, shape: 'Readiness' },
    open: true,
  },
  'GET /api/v1/policies/revision': {
    id: 'policyRevision',
    summary: 'The live policy revision; 503 while none is loaded',
    reply: { status: 200, shape: 'Revision' },
    open: true,
  },
}

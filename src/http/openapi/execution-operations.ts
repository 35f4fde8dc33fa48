/** The routes of the unified plane and of the replay plane. @module */
import type { Operation } from './operation.js'

const unified = '/api/v1/unified/executions'
const replay = '/api/v1/executions'
const one = `${replay}/{execution_id}`
const envelope = 'coded'
const filters = {
  execution_type: 'map_plan or wcp_workflow; another word gives an empty page',
  status:
    'pending, running, completed, failed, cancelled (plans), aborted (workflows) or expired; another word gives an empty page',
  workflow_id: 'id of the workflow or plan, or its name: of a plan its query',
  start_time: 'begun at or after this time; UTC where no zone is given',
  end_time: 'begun at or before this time',
  signal: 'approval_pending or policy_block: only runs with a step that waits for an approver, or is blocked',
}

/** An execution’s id is its plan’s, or its workflow’s where no plan made it; a plan’s workflow leads to the plan. */
export const executionOperations: Readonly<Record<string, Operation>> = {
  [`GET ${unified}`]: {
    id: 'listUnifiedExecutions',
    summary: 'Plans and workflows as they stand, newest first',
    query: { ...filters, limit: 'page size, 20 unless given, 100 at most', offset: 'rows to pass over' },
    reply: { status: 200, shape: 'ExecutionPage' },
    refuses: ['BAD_REQUEST'],
    envelope,
  },
  [`GET ${unified}/{execution_id}`]: {
    id: 'getExecutionStatus',
    summary: 'One plan or workflow as it stands, with its steps',
    reply: { status: 200, shape: 'ExecutionStatus' },
    refuses: ['NOT_FOUND'],
    envelope,
  },
  [`POST ${unified}/{execution_id}/cancel`]: {
    id: 'cancelExecution',
    summary: 'Abort a workflow, or cancel a plan and abort its workflow',
    body: { shape: 'Reason', optional: true },
    reply: { status: 200, shape: 'ExecutionStatus' },
    refuses: ['NOT_FOUND', 'EXECUTION_OVER'],
    envelope,
  },
  [`GET ${unified}/{execution_id}/stream`]: {
    id: 'streamExecutionStatus',
    summary:
      'Server-sent events: the present state, then the whole state after every change, until the execution is over. With Last-Event-ID the present state is left out where nothing came after that event; 204 where that was the end',
    query: { last_event_id: 'as the header Last-Event-ID: the number of the last event that was seen' },
    reply: { status: 200, shape: 'ExecutionStatus', media: 'text/event-stream' },
    refuses: ['NOT_FOUND', 'TOO_MANY_STREAMS'],
    envelope,
  },
  [`GET ${replay}`]: {
    id: 'listExecutions',
    summary: 'Plans and workflows in short, newest first',
    query: { ...filters, limit: 'page size, 50 unless given, 1000 at most', offset: 'rows to pass over' },
    reply: { status: 200, shape: 'ReplayPage' },
    refuses: ['BAD_REQUEST'],
  },
  [`GET ${one}`]: {
    id: 'getExecution',
    summary: 'One execution with all that is recorded of it',
    reply: { status: 200, shape: 'Replay' },
    refuses: ['NOT_FOUND'],
  },
  [`GET ${one}/steps`]: {
    id: 'getExecutionSteps',
    summary: 'The steps to which something happened, with what they were asked and what came out',
    reply: { status: 200, shape: 'ReplaySteps' },
    refuses: ['NOT_FOUND'],
  },
  [`GET ${one}/steps/{step_index}`]: {
    id: 'getExecutionStep',
    summary: 'One step, by its index from 0',
    reply: { status: 200, shape: 'ReplayStep' },
    refuses: ['BAD_REQUEST', 'NOT_FOUND'],
  },
  [`GET ${one}/timeline`]: {
    id: 'getExecutionTimeline',
    summary: 'The steps in time, each with everything that happened to it',
    reply: { status: 200, shape: 'Timeline' },
    refuses: ['NOT_FOUND'],
  },
  [`GET ${one}/export`]: {
    id: 'exportExecution',
    summary: 'One execution as a file to keep; always JSON',
    query: {
      format: 'echoed',
      include_input: '`false` leaves the inputs out',
      include_output: '`false` leaves the outputs out',
      include_policies: '`false` makes the lists of policies null',
    },
    reply: { status: 200, shape: 'ExecutionExport' },
    refuses: ['NOT_FOUND'],
  },
  [`DELETE ${one}`]: {
    id: 'deleteExecution',
    summary:
      'Take an execution that is over out of every list and view here; the record of its decisions stays',
    reply: { status: 204 },
    refuses: ['NOT_FOUND', 'EXECUTION_NOT_OVER'],
  },
}

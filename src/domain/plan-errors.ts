/** Refusals of plans, agents, executions and reviews. @module */
import type { ErrorEntry } from './error-entry.js'

export const planErrors = {
  INVALID_PLAN: {
    status: 400,
    sentence: '{message}',
    cure: 'Correct the named step or setting; nothing was stored.',
  },
  NO_AGENT: {
    status: 422,
    sentence: '{message}',
    cure: 'Add an agent whose routing matches to the policy folder, or bring the steps with the request.',
  },
  PLAN_BLOCKED: {
    status: 403,
    sentence: '{message}',
    cure: 'Change the plan so that the named policies no longer match.',
  },
  PLAN_ALREADY_EXECUTED: {
    status: 409,
    sentence: 'Plan has already been executed: {plan_id}',
    cure: 'A plan runs once: make a new one.',
  },
  PLAN_CANCELLED: {
    status: 409,
    sentence: 'Plan has been cancelled: {plan_id}',
    cure: 'Make a new plan.',
  },
  PLAN_EXPIRED: {
    status: 410,
    sentence: 'Plan has expired: {plan_id}',
    cure: 'Execute a plan within its time, or make a new one.',
  },
  PLAN_NOT_PENDING: {
    status: 400,
    sentence: 'Plan is in {status} status, must be pending to {verb}',
    cure: 'Only a plan that was not executed yet can be changed.',
  },
  PLAN_NOT_EXECUTING: {
    status: 400,
    sentence: 'Plan is in {status} status, must be executing to resume',
    cure: 'Execute the plan first; one that is over cannot be resumed.',
  },
  PLAN_NOT_CANCELLABLE: {
    status: 409,
    sentence: 'Failed to cancel plan: plan is in {status} status, cannot cancel',
    cure: 'Nothing to do: the plan is over.',
  },
  VERSION_CONFLICT: {
    status: 409,
    sentence: 'The plan is at version {current_version}, and {expected_version} was expected',
    cure: 'Read the plan again and send its version.',
  },
  INVALID_AGENT: {
    status: 400,
    sentence: '{message}',
    cure: 'Correct the named fields; nothing was stored.',
  },
  AGENT_NAME_TAKEN: {
    status: 409,
    sentence: 'An agent named {name} exists in the domain {domain}',
    cure: 'Choose another name, or update that agent.',
  },
  AGENT_READ_ONLY: {
    status: 409,
    sentence: 'The agent {id} is kept in a file',
    cure: 'Change its file; or create an agent of the same name, which then goes before the file.',
  },
  AGENT_VERSION_CONFLICT: {
    status: 409,
    sentence: 'The agent is at version {current_version}, and {expected_version} was expected',
    cure: 'Read the agent again and send its version.',
  },
  EXECUTION_OVER: {
    status: 409,
    sentence: 'Execution is already in terminal state: {status}',
    cure: 'Nothing to do: the execution is over.',
  },
  TOO_MANY_STREAMS: {
    status: 429,
    sentence: 'Maximum number of streams reached: {limit} are open',
    cure: 'Close a stream, or raise STEPGATE_MAX_STREAMS.',
  },
  NO_PAUSED_EXECUTION: {
    status: 404,
    sentence: 'No paused execution found for this plan',
    cure: 'Check the plan id, and that the plan was executed: its steps are held only then.',
  },
  NOT_OVERRIDABLE: {
    status: 409,
    sentence: 'The request is the hold of step {step}, which is approved or rejected, not overridden',
    cure: 'Approve or reject it; its policy says how many people that takes.',
  },
  REVIEW_DECIDED: {
    status: 409,
    sentence: 'The request is already {status}',
    cure: 'Nothing to do: the first decision stands.',
  },
  PLAN_NOT_FOUND: {
    status: 404,
    sentence: 'Plan not found: {plan_id}',
    cure: 'Check the id, and that the same credentials made it.',
  },
  PLAN_VERSION_NOT_FOUND: {
    status: 404,
    sentence: 'Version {version} not found for plan {plan_id}',
    cure: 'Read the plan’s versions first.',
  },
  EXECUTION_NOT_OVER: {
    status: 409,
    sentence: 'Execution is {status}: only one that is over can be deleted',
    cure: 'Cancel the execution first, or wait for its end.',
  },
} as const satisfies Record<string, ErrorEntry>

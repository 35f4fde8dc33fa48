/** Refusals of workflows and gates, and those that any verb can give. @module */
import type { ErrorEntry } from './error-entry.js'

export const workflowErrors = {
  BAD_REQUEST: {
    status: 400,
    sentence: '{message}',
    cure: 'Correct the named field and send the request again.',
  },
  INVALID_TRACE_ID: {
    status: 400,
    sentence: 'trace_id exceeds maximum length of 255 characters',
    cure: 'Send a shorter trace_id.',
    envelope: 'validation',
  },
  INVALID_TOOL_CONTEXT: {
    status: 400,
    sentence: '{message}',
    cure: 'Send tool_context with a non-empty tool_name, or leave it out.',
    envelope: 'validation',
  },
  UNAUTHORIZED: {
    status: 401,
    sentence: 'Missing tenant or org identity',
    cure: 'Send Basic credentials whose user name is the tenant.',
  },
  FORBIDDEN: {
    status: 403,
    sentence: '{message}',
    cure: 'Call from this host, with a loopback address in the URL and without a foreign Origin.',
  },
  NOT_FOUND: {
    status: 404,
    sentence: '{what} not found{which}',
    cure: 'Check the id, and that the same credentials made it.',
  },
  WORKFLOW_TERMINAL: {
    status: 409,
    sentence: 'Workflow is already {state}',
    cure: 'A workflow that has ended takes no more steps: create a new one.',
  },
  APPROVAL_PENDING: {
    status: 409,
    sentence: 'Step {step} is waiting for approval',
    cure: 'Have the step approved or rejected first.',
  },
  APPROVAL_HOLD: {
    status: 409,
    sentence: 'Step {step} is held: its approval is {state}',
    cure: 'A held step is not re-evaluated: decide the approval, or gate the work as a new step.',
  },
  APPROVAL_EXPIRED: {
    status: 409,
    sentence: 'The approval of step {step} expired at {at}',
    cure: 'A hold that timed out counts as denied: gate the work as a new step.',
  },
  APPROVAL_ALREADY_COUNTED: {
    status: 409,
    sentence: 'The approval of {by} for step {step} is already counted; {missing} more needed from others',
    cure: 'Somebody else has to approve as well.',
  },
  NO_APPROVAL_NEEDED: {
    status: 409,
    sentence: 'Step {step} does not require approval',
    cure: 'Only a step whose gate answered require_approval can be approved or rejected.',
  },
  NOT_PENDING: {
    status: 409,
    sentence: 'The approval of step {step} is already {state}',
    cure: 'Nothing to do: the first decision stands.',
  },
  STEP_REJECTED: {
    status: 409,
    sentence: 'Step {step} was denied: its approval is {state}',
    cure: 'Abort the workflow, or gate the work as a new step.',
  },
  STEP_NOT_ALLOWED: {
    status: 409,
    sentence: 'Step {step} cannot be completed: {why}',
    cure: 'Only a step that its gate allowed can be completed.',
  },
  NOT_RESUMABLE: {
    status: 409,
    sentence: '{message}',
    cure: 'Resume from a checkpoint whose gate did not block, in a workflow that has not completed or failed.',
  },
  CONFLICT: {
    status: 409,
    sentence: 'The workflow changed while the request was being decided',
    cure: 'Send the request again.',
  },
  INVALID_JSON: {
    status: 400,
    sentence: '{message}',
    cure: 'Send a JSON object.',
  },
  METHOD_NOT_ALLOWED: {
    status: 405,
    sentence: '{method} is not allowed here',
    cure: 'Use a method that the Allow header names.',
  },
  IDEMPOTENCY_KEY_MISMATCH: {
    status: 409,
    sentence: 'idempotency_key does not match the key recorded for step {step}',
    cure: 'A key is bound to the step by its first gate and never changes: send that key.',
    envelope: 'nested',
  },
  STEP_INPUT_MISMATCH: {
    status: 409,
    sentence: 'Step {step} was decided for other content',
    cure: 'Send the content that was gated, retry_policy "reevaluate", or a new step id.',
    envelope: 'nested',
  },
  REQUEST_TOO_LARGE: {
    status: 413,
    sentence: 'request body exceeds {limit} bytes; nothing was gated or run',
    cure: 'Send a reference to large data rather than the data.',
    envelope: 'limit',
  },
  REQUEST_TIMEOUT: {
    status: 408,
    sentence: 'The request did not come in time',
    cure: 'Send the whole request at once, on a new connection.',
  },
  EXPECTATION_FAILED: {
    status: 417,
    sentence: 'The expectation {expectation} cannot be met',
    cure: 'Leave out the Expect header, or send 100-continue.',
  },
  HEADERS_TOO_LARGE: {
    status: 431,
    sentence: 'The request line and the headers exceed {limit} bytes',
    cure: 'Send fewer or shorter headers; the path counts too.',
  },
  CONCURRENT_EXECUTION_LIMIT: {
    status: 429,
    sentence: 'Maximum concurrent executions reached: {limit} are in progress',
    cure: 'Complete, fail or abort a workflow, or raise STEPGATE_MAX_CONCURRENT_EXECUTIONS.',
  },
  INTERNAL_ERROR: {
    status: 500,
    sentence: 'Internal error',
    cure: 'See the log entry with the same request id.',
  },
  STORE_UNAVAILABLE: {
    status: 503,
    sentence: 'The record cannot be written now; nothing was decided',
    cure: 'Check the disk of the database, and for another program that writes to it; the request can be sent again as it is.',
  },
} as const satisfies Record<string, ErrorEntry>

/**
 * Every refusal the product can give: code, HTTP status, sentence, cure. One table; the README and the OpenAPI
 * document print it.
 * @module
 */

interface ErrorEntry {
  readonly status: 400 | 401 | 403 | 404 | 405 | 409 | 410 | 413 | 422 | 429 | 500 | 503
  /** What happened. `{name}` is filled from the refusal's details. */
  readonly sentence: string
  /** What the reader can do about it. */
  readonly cure: string
  /** Which of the contract's error bodies carries it. */
  readonly envelope?: 'validation' | 'nested' | 'limit'
}

const table = {
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
  EXECUTION_OVER: {
    status: 409,
    sentence: 'Execution is already in terminal state: {status}',
    cure: 'Nothing to do: the execution is over.',
  },
  EXECUTION_NOT_OVER: {
    status: 409,
    sentence: 'Execution is {status}: only one that is over can be deleted',
    cure: 'Cancel the execution first, or wait for its end.',
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
    cure: 'Check the disk of the database; the request can be sent again as it is.',
  },
} as const satisfies Record<string, ErrorEntry>

export type ErrorCode = keyof typeof table

/** The table of refusals, by code. */
export const errors: Readonly<Record<ErrorCode, ErrorEntry>> = table

/** A refusal as data: nothing was changed. */
export interface Refusal {
  readonly refused: ErrorCode
  /** Values for the sentence's placeholders, and for the details of nested bodies. */
  readonly details: Readonly<Record<string, string | number>>
  /** Every field that is wrong, where there may be several. */
  readonly fields?: readonly FieldProblem[]
}

/** What is wrong with one field. */
export interface FieldProblem {
  readonly field: string
  readonly message: string
}

/** A refusal with its details. */
export const refuse = (refused: ErrorCode, details: Refusal['details'] = {}): Refusal => ({
  refused,
  details,
})

/** True where a verb refused. */
export const isRefusal = (value: unknown): value is Refusal =>
  typeof value === 'object' && value !== null && 'refused' in value

/** The sentence of a refusal, filled in. */
export function sentenceOf({ refused, details }: Refusal): string {
  return errors[refused].sentence.replace(/\{(\w+)\}/g, (_, name: string) => String(details[name] ?? ''))
}

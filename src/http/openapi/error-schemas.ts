/** The bodies of refusals on the planes that have their own (MAP contract §0.3). @module */
import { anyObject, count, flag, list, object, text } from './parts.js'

/** Beside `Error`, which the workflows' plane has. */
export const errorSchemas = {
  /** Plans, their approvals, the review queue. Details such as versions stand at the top. */
  FlatError: object(
    { success: { ...flag, const: false }, error: text, code: text, message: text },
    {
      plan_id: text,
      status: text,
      expected_version: count,
      current_version: count,
      limit_bytes: count,
      blocked: {
        ...flag,
        description: 'Policy refused the plan or a step of it, 403. What ran stands beside it.',
      },
      block_reason: text,
      reason: text,
      policy: { ...text, description: 'Id of the policy that blocked a step.' },
      step_id: text,
      verdict: { ...text, const: 'blocked' },
      policy_info: { ...anyObject, description: 'Of a plan that policy refused: how it was judged.' },
      details: list(object({ field: text, message: text })),
    },
  ),
  /** Agents and unified executions. */
  CodedError: object({
    error: object({ code: text, message: text }, { details: list(object({ field: text, message: text })) }),
  }),
}

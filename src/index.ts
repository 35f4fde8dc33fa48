/**
 * Stepgate as a library: the same gate in your own process.
 *
 * ```ts
 * import { openPolicies, openStepgate } from 'stepgate'
 *
 * const policies = await openPolicies({ folder: './policies', watch: true })
 * const gate = await openStepgate({ database: 'file:./data/stepgate.db', engine: () => policies.engine() })
 * ```
 *
 * Where it is also to carry plans out, give it what they may reach, and take up what a process before left behind:
 *
 * ```ts
 * const outbound = openOutbound({ readEnv: (name) => process.env[name] })
 * const gate = await openStepgate({ ..., registry: () => policies.registry(), outbound })
 * await gate.takeUpPlans()
 * ```
 * @module
 */

export type { NewWorkflow } from './control/create-workflow.js'
export type { RuledStep } from './control/decide-approval.js'
export type { WorkflowWithSteps } from './control/read-workflows.js'
export { openStepgate, type Stepgate, type StepgateOptions } from './control/stepgate.js'
export type { Completion } from './domain/completion.js'
export type {
  ApprovalTerms,
  Decision,
  Judgement,
  PolicyAction,
  PolicyMatch,
  Verdict,
} from './domain/decision.js'
export { type ErrorCode, errors, isRefusal, type Refusal, sentenceOf } from './domain/errors.js'
export type { GateReply } from './domain/gate/reply.js'
export type { GateRequest, ToolContext } from './domain/gate/request.js'
export type { Identity } from './domain/identity.js'
export type { Approval, Step, StepType } from './domain/step.js'
export type { Workflow, WorkflowSource, WorkflowStatus } from './domain/workflow.js'
export { type OutboundSetup, openOutbound } from './outbound/open-outbound.js'
export type { Outbound, OutboundCall, OutboundResult } from './outbound/outbound.js'
export { openPolicies, type Policies, type PolicyFolderOptions } from './policy/bundle/open-policies.js'
export { checkPolicies, type PolicyCheck } from './policy/verify/check-policies.js'
export type { VerifyOptions } from './policy/verify/open-policy-folder.js'
export type { PolicyTestResult } from './policy/verify/run-policy-test.js'
export {
  type PolicyTestOptions,
  type PolicyTestRun,
  runPolicyTests,
} from './policy/verify/run-policy-tests.js'
export { DatabaseInUse, StoreUnavailable } from './store/store.js'

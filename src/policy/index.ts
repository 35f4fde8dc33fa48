/**
 * Policies: files in, decisions out.
 * @module
 */
export {
  openPolicies,
  type Policies,
  type PolicyFolderOptions,
  type PolicyRefusal,
  type PolicyStatus,
  type ReloadOutcome,
} from './bundle/open-policies.js'
export { createEngine, type PolicyEngine, type PolicyInput } from './engine/engine.js'
export type { HistoryFacts } from './engine/facts.js'
export { createHistory, type History, type PastStep } from './engine/history.js'
export type { Revision } from './engine/revision.js'
export { unloadedEngine } from './engine/unloaded.js'
export type { Fact, Hook, Policy, PolicyFile, PolicyOrigin, PolicyProblem, PolicyTest } from './policy.js'

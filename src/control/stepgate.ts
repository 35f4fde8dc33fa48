/** The gate, whole: a store, a policy engine, and the verbs over them. @module */
import { emptyRegistry, type Registry } from '../domain/agent.js'
import type { Refusal } from '../domain/errors.js'
import type { GateReply } from '../domain/gate/reply.js'
import type { GateRequest } from '../domain/gate/request.js'
import type { Identity } from '../domain/identity.js'
import { closedOutbound, type Outbound } from '../outbound/outbound.js'
import type { PolicyEngine } from '../policy/engine/engine.js'
import { databasePath } from '../store/database-path.js'
import { openSqliteStore } from '../store/sqlite-store.js'
import type { StoreHealth } from '../store/store.js'
import { type AgentsVerbs, agentsVerbs } from './agents/verbs.js'
import { checkGate } from './check-gate.js'
import { listCheckpoints, resumeCheckpoint } from './checkpoints.js'
import { completeStep } from './complete-step.js'
import { createWorkflow } from './create-workflow.js'
import { decideApproval, expireApprovals, pendingApprovals } from './decide-approval.js'
import { endWorkflow, resumeWorkflow } from './end-workflow.js'
import { type ExecutionVerbs, executionVerbs } from './executions/verbs.js'
import { Histories } from './histories.js'
import type { PlanPorts } from './plans/plan-ports.js'
import { PlanRunner } from './plans/plan-runner.js'
import { type PlansVerbs, plansVerbs } from './plans/verbs.js'
import { type Settings, systemRandom } from './ports.js'
import { getWorkflow, listWorkflows } from './read-workflows.js'
import { type ReviewVerbs, reviewVerbs } from './reviews/verbs.js'

export interface StepgateOptions extends Partial<Settings> {
  /** `file:` URL or path of the database. */
  readonly database: string
  /** The engine of the live policy revision. */
  readonly engine: () => PolicyEngine
  /** Agents, providers and connectors of the live revision; default: there are none. */
  readonly registry?: () => Registry
  /** How steps of plans reach what the registry names; default: not at all. Closed with the gate. */
  readonly outbound?: Outbound
  /** Unix milliseconds; default the system's clock. */
  readonly now?: () => number
  /** 32 random hex digits at each call; default the system's. */
  readonly randomHex?: () => string
  /** Told of every failure of the store. */
  readonly onStoreFault?: (error: unknown) => void
  /** Told of defects met while plans ran. */
  readonly onPlanFault?: (error: unknown) => void
}

type Verb<F> = F extends (ports: never, ...rest: infer R) => infer T ? (...rest: R) => T : never

/** The verbs of the gate. Each answers with its result or with a refusal as data, after what it says is durable. */
export interface Stepgate {
  readonly createWorkflow: Verb<typeof createWorkflow>
  readonly getWorkflow: Verb<typeof getWorkflow>
  readonly listWorkflows: Verb<typeof listWorkflows>
  /** See `checkGate`; `reply` makes of the answer what is given back, while the decision is being stored. */
  readonly checkGate: <A = GateReply | Refusal>(
    identity: Identity,
    workflowId: string,
    stepId: string,
    request: GateRequest,
    reply?: (answer: GateReply | Refusal) => A,
  ) => Promise<A>
  readonly completeStep: Verb<typeof completeStep>
  readonly endWorkflow: Verb<typeof endWorkflow>
  readonly resumeWorkflow: Verb<typeof resumeWorkflow>
  readonly decideApproval: Verb<typeof decideApproval>
  readonly pendingApprovals: Verb<typeof pendingApprovals>
  readonly expireApprovals: Verb<typeof expireApprovals>
  readonly listCheckpoints: Verb<typeof listCheckpoints>
  readonly resumeCheckpoint: Verb<typeof resumeCheckpoint>
  /** The agent registry. */
  readonly agents: AgentsVerbs
  readonly plans: PlansVerbs
  /** Go on with the plans that were executing when the process ended. Once the policies and the registry are loaded. */
  takeUpPlans(): Promise<void>
  readonly reviews: ReviewVerbs
  readonly executions: ExecutionVerbs
  /** Answer those who wait for plans to end or for what happens next: the process is about to stop. */
  release(): void
  health(): StoreHealth
  /** Wait for what is under way, then let go of the database. */
  close(): Promise<void>
}

/** A day: long enough for a reviewer in another time zone. */
export const defaultApprovalTtlMs = 24 * 60 * 60 * 1000

/** An hour, as the original has it. */
export const defaultPlanTtlMs = 60 * 60 * 1000

export const defaultStepsAtOnce = 64

export const defaultStreams = 100

/**
 * Open the gate in this process.
 * @throws {DatabaseInUse} when another process has the database; Error when it cannot be opened
 */
export async function openStepgate(options: StepgateOptions): Promise<Stepgate> {
  const histories = new Histories()
  const store = await openSqliteStore({
    path: databasePath(options.database),
    pid: process.pid,
    onFault: (error) => options.onStoreFault?.(error),
    onUndone: () => histories.forget(),
  })
  const basis = {
    store,
    engine: options.engine,
    histories,
    registry: options.registry ?? (() => emptyRegistry),
    outbound: options.outbound ?? closedOutbound,
    now: options.now ?? Date.now,
    randomHex: options.randomHex ?? systemRandom(),
    settings: {
      approvalTtlMs: options.approvalTtlMs ?? defaultApprovalTtlMs,
      maxConcurrentExecutions: options.maxConcurrentExecutions ?? 0,
      ...(options.planner ? { planner: options.planner } : {}),
      planTtlMs: options.planTtlMs ?? defaultPlanTtlMs,
      maxStepsAtOnce: options.maxStepsAtOnce ?? defaultStepsAtOnce,
      maxStreams: options.maxStreams ?? defaultStreams,
      streamKeepAliveMs: options.streamKeepAliveMs ?? 15_000,
    },
  }
  const runner = new PlanRunner(basis, (error) => options.onPlanFault?.(error))
  const ports: PlanPorts = { ...basis, runner }
  const executions = executionVerbs(ports)
  const bind = <A extends unknown[], T>(verb: (ports: PlanPorts, ...rest: A) => T) => verb.bind(null, ports)
  return {
    createWorkflow: bind(createWorkflow),
    getWorkflow: bind(getWorkflow),
    listWorkflows: bind(listWorkflows),
    checkGate: (...call) => checkGate(ports, ...call),
    completeStep: bind(completeStep),
    endWorkflow: bind(endWorkflow),
    resumeWorkflow: bind(resumeWorkflow),
    decideApproval: bind(decideApproval),
    pendingApprovals: bind(pendingApprovals),
    expireApprovals: bind(expireApprovals),
    listCheckpoints: bind(listCheckpoints),
    resumeCheckpoint: bind(resumeCheckpoint),
    agents: agentsVerbs(ports),
    plans: plansVerbs(ports),
    takeUpPlans: () => runner.start(),
    reviews: reviewVerbs(ports),
    executions,
    release: () => {
      executions.streams.end()
      runner.release()
    },
    health: () => store.health(),
    close: async () => {
      executions.streams.end()
      await runner.close()
      await basis.outbound.close()
      await store.close()
    },
  }
}

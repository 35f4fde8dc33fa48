/** Looking at workflows. @module */
import { isRefusal, type Refusal } from '../domain/errors.js'
import type { Identity } from '../domain/identity.js'
import type { Step } from '../domain/step.js'
import type { Workflow } from '../domain/workflow.js'
import type { Page, WorkflowFilter } from '../store/store.js'
import type { Ports } from './ports.js'
import { findWorkflow } from './scope.js'

export interface WorkflowWithSteps {
  readonly workflow: Workflow
  readonly steps: readonly Step[]
}

/** One workflow with its steps in index order (WCP §4.2). */
export function getWorkflow(
  ports: Ports,
  identity: Identity,
  id: string,
): Promise<WorkflowWithSteps | Refusal> {
  return ports.store.transact((tx) => {
    const workflow = findWorkflow(tx, identity, id, ports.now())
    return isRefusal(workflow) ? workflow : { workflow, steps: tx.steps(workflow) }
  })
}

/** The tenant's workflows, newest first, each with its steps (WCP §4.3). */
export function listWorkflows(
  ports: Ports,
  identity: Identity,
  filter: WorkflowFilter,
): Promise<Page<WorkflowWithSteps>> {
  return ports.store.transact((tx) => {
    const { rows, total } = tx.workflows(identity, filter)
    return { rows: rows.map((workflow) => ({ workflow, steps: tx.steps(workflow) })), total }
  })
}

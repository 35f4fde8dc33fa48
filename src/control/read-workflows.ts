/** Looking at workflows. @module */
import { isRefusal, type Refusal } from '../domain/errors.js'
import type { Identity } from '../domain/identity.js'
import type { Page, WorkflowFilter } from '../store/store.js'
import type { Ports } from './ports.js'
import { findWorkflow } from './scope.js'
import { allSteps, beginSteps, type WorkflowWithSteps } from './steps-in-turns.js'

export type { WorkflowWithSteps } from './steps-in-turns.js'

/** One workflow with its steps in index order (WCP §4.2). */
export async function getWorkflow(
  ports: Ports,
  identity: Identity,
  id: string,
): Promise<WorkflowWithSteps | Refusal> {
  const begun = await ports.store.transact((tx) => {
    const workflow = findWorkflow(tx, identity, id, ports.now())
    return isRefusal(workflow) ? workflow : beginSteps(ports, tx, [workflow])
  })
  return isRefusal(begun) ? begun : (await allSteps(ports, begun))[0]!
}

/** The tenant's workflows, newest first, each with its steps (WCP §4.3). */
export async function listWorkflows(
  ports: Ports,
  identity: Identity,
  filter: WorkflowFilter,
): Promise<Page<WorkflowWithSteps>> {
  const { begun, total } = await ports.store.transact((tx) => {
    const { rows, total } = tx.workflows(identity, filter)
    return { begun: beginSteps(ports, tx, rows), total }
  })
  return { rows: await allSteps(ports, begun), total }
}

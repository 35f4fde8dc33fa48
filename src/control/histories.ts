/** What has happened so far in the workflows that policies ask about. @module */
import type { Changes } from '../domain/event.js'
import type { Step } from '../domain/step.js'
import type { Workflow } from '../domain/workflow.js'
import type { PolicyEngine } from '../policy/engine/engine.js'
import { createHistory, type History, type PastStep } from '../policy/engine/history.js'
import type { Reader } from '../store/store.js'

interface Remembered {
  readonly revision: string
  readonly history: History
  /** JSON text of `workflow.steps` without brackets, one element a step, kept only where a policy reads the list. */
  readonly texts: Map<string, string> | undefined
  /** The workflow version this is true of. */
  version: number
}

/**
 * History facts per workflow, counted up with every step rather than counted again: read from the store once, when a
 * workflow is first met under a revision that asks about history. Forgotten oldest first.
 */
export class Histories {
  private readonly known = new Map<string, Remembered>()

  /** The history of a workflow as of its present version, or undefined when the revision asks for none. */
  of(tx: Reader, workflow: Workflow, engine: PolicyEngine): Remembered | undefined {
    if (engine.historyFacts.length === 0 && !engine.readsSteps) return undefined
    const known = this.known.get(workflow.id)
    if (known?.revision === engine.revision.id && known.version === workflow.version) return known
    const fresh: Remembered = {
      revision: engine.revision.id,
      history: createHistory(engine.historyFacts),
      texts: engine.readsSteps ? new Map() : undefined,
      version: workflow.version,
    }
    for (const step of tx.steps(workflow)) note(fresh, undefined, step)
    if (this.known.size >= limit) this.known.delete(this.known.keys().next().value as string)
    this.known.set(workflow.id, fresh)
    return fresh
  }

  /** A verb changed a workflow, and perhaps a step of it: bring the history along, if it was up to date. */
  changed(before: Workflow, { workflow: after, step }: Changes, stepBefore: Step | undefined): void {
    if (this.known.size === 0 || !after) return
    const known = this.known.get(before.id)
    if (known?.version !== before.version) return
    if (step) note(known, stepBefore, step)
    known.version = after.version
  }

  /** A group of verbs was undone: what was counted for it is not true. */
  forget(): void {
    this.known.clear()
  }
}

const limit = 1024

function note(known: Remembered, before: Step | undefined, after: Step): void {
  const past = pastStep(after)
  known.history.add(before && pastStep(before), past)
  known.texts?.set(after.stepId, JSON.stringify(past))
}

function pastStep(step: Step): PastStep {
  return {
    step_id: step.stepId,
    ...(step.name === undefined ? {} : { step_name: step.name }),
    step_type: step.type,
    ...(step.toolName === undefined ? {} : { tool_name: step.toolName }),
    decision: step.decision,
    completed: step.completedAt !== undefined,
  }
}

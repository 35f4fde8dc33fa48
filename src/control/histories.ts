/** What has happened so far in the workflows that policies ask about. @module */
import type { Changes } from '../domain/event.js'
import type { Step } from '../domain/step.js'
import type { Workflow } from '../domain/workflow.js'
import type { PolicyEngine } from '../policy/engine/engine.js'
import type { HistoryFacts } from '../policy/engine/facts.js'
import { createHistory, type PastStep } from '../policy/engine/history.js'
import type { Reader } from '../store/store.js'

/**
 * History facts per workflow, counted up with every step rather than counted again: read from the store once, when a
 * workflow is first met under a revision that asks about history. Forgotten oldest first.
 */
export class Histories {
  private readonly known = new Map<string, WorkflowHistory>()

  /** The history of a workflow as of its present version, or undefined when the revision asks for none. */
  of(tx: Reader, workflow: Workflow, engine: PolicyEngine): HistoryFacts | undefined {
    if (engine.historyFacts.length === 0 && !engine.readsSteps) return undefined
    const known = this.known.get(workflow.id)
    if (known?.revision === engine.revision.id && known.version === workflow.version) return known
    const fresh = new WorkflowHistory(engine, workflow.version)
    for (const step of tx.steps(workflow)) fresh.note(undefined, step)
    if (this.known.size >= rememberedHistories) this.known.delete(this.known.keys().next().value as string)
    this.known.set(workflow.id, fresh)
    return fresh
  }

  /** A verb changed a workflow, and perhaps a step of it: bring the history along, if it was up to date. */
  changed(before: Workflow, { workflow: after, step }: Changes, stepBefore: Step | undefined): void {
    if (this.known.size === 0 || !after) return
    const known = this.known.get(before.id)
    if (known?.version !== before.version) return
    if (step) known.note(stepBefore, step)
    known.version = after.version
  }

  /** A group of verbs was undone: what was counted for it is not true. */
  forget(): void {
    this.known.clear()
  }
}

const rememberedHistories = 1024

class WorkflowHistory implements HistoryFacts {
  readonly revision: string
  private readonly history
  /** JSON text of each step in `workflow.steps`, kept only where a policy reads the list. */
  private readonly texts: Map<string, string> | undefined

  constructor(
    engine: PolicyEngine,
    /** The workflow version this is true of. */
    public version: number,
  ) {
    this.revision = engine.revision.id
    this.history = createHistory(engine.historyFacts)
    this.texts = engine.readsSteps ? new Map() : undefined
  }

  note(before: Step | undefined, after: Step): void {
    const past = pastStep(after)
    this.history.add(before && pastStep(before), past)
    this.texts?.set(after.stepId, JSON.stringify(past))
  }

  holds(factName: string): boolean {
    return this.history.holds(factName)
  }

  stepsText(): string {
    return `[${[...(this.texts?.values() ?? [])].join(',')}]`
  }
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

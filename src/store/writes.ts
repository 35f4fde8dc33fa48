/** The writing half of a transaction. @module */
import type { Changes, Event } from '../domain/event.js'
import type { Step } from '../domain/step.js'
import type { Workflow } from '../domain/workflow.js'
import { migrations } from './migrations.js'
import { Reads } from './reads.js'
import { firstStep, laterStep } from './step-rows.js'
import type { Transaction } from './store.js'
import { workflowRow, workflowState } from './workflow-rows.js'

/** Writes rows with compare-and-set, and appends events; counts what it wrote. */
export class Writes extends Reads implements Transaction {
  /** Bytes of text written since the last commit. */
  written = 0
  private lastSeq = Number(this.sql.lastSeq.get([])?.[0] ?? 0)
  private lastKey = Number(this.sql.lastKey.get([])?.[0] ?? 0)
  private readonly revisions = new Set<string>()

  nextSeq(): number {
    return this.lastSeq + 1
  }

  createWorkflow(given: Workflow, eventBody: string): Workflow {
    const workflow = { ...given, key: ++this.lastKey }
    this.sql.insertWorkflow.run(workflowRow(workflow))
    this.append({
      workflowKey: workflow.key,
      type: 'workflow_created',
      at: workflow.createdAt,
      body: eventBody,
    })
    return this.remember(workflow)
  }

  apply({ workflow, step, events }: Changes): void {
    if (step) this.putStep(step)
    if (workflow) this.putWorkflow(workflow)
    for (const event of events) this.append(event)
  }

  recordRevision(id: string, now: number, description: () => string): void {
    if (this.revisions.has(id)) return
    this.sql.insertRevision.run([id, description(), now])
    this.written += 1
    this.revisions.add(id)
  }

  /** Write a page and change nothing. */
  touch(): void {
    this.connection.exec(`PRAGMA user_version = ${migrations.length}`)
    this.written += 1
  }

  private putStep(step: Step): void {
    if (step.version === 1) {
      this.sql.insertStep.run(firstStep(step))
      return
    }
    const { changes } = this.sql.updateStep.run(laterStep(step))
    if (changes !== 1)
      throw new Error(`Step ${step.stepId} of workflow row ${step.workflowKey} changed meanwhile`)
  }

  private putWorkflow(w: Workflow): void {
    const before = w.version - 1
    const { changes } =
      w.status === 'in_progress' && this.known.get(w.id)?.status === 'in_progress'
        ? this.sql.tally.run([
            w.version,
            w.stepCount,
            w.tokensIn,
            w.tokensOut,
            w.costUsd,
            w.approvalsGranted,
            w.pendingStep ?? null,
            w.key,
            before,
          ])
        : this.sql.updateWorkflow.run([...workflowState(w), w.key, before])
    if (changes !== 1) throw new Error(`Workflow ${w.id} changed meanwhile`)
    this.remember(w)
  }

  private append({ seq, workflowKey, stepId, type, at, body }: Event): void {
    const next = this.lastSeq + 1
    if (seq !== undefined && seq !== next) throw new Error(`Event ${seq} appended where ${next} is next`)
    this.sql.insertEvent.run([next, workflowKey, stepId ?? null, type, at, body])
    this.lastSeq = next
    this.written += body.length
  }
}

/** The writing half of a transaction. @module */
import type { Changes, Event, PastEvent } from '../domain/event.js'
import type { Step } from '../domain/step.js'
import { copyOf, type Workflow } from '../domain/workflow.js'
import { Agents } from './agent-table.js'
import { writeEvents } from './event-rows.js'
import { GateGroups, isPlain } from './gate-groups.js'
import { History } from './history-table.js'
import { migrations } from './migrations.js'
import { Plans } from './plan-table.js'
import { Queue } from './queue-table.js'
import { Reads } from './reads.js'
import { Reviews } from './review-table.js'
import { Rows } from './rows.js'
import { firstStep, firstStepParameters, laterStep } from './step-rows.js'
import type { Transaction } from './store.js'
import { TableAccess } from './table-access.js'
import { WorkflowChanges } from './workflow-changes.js'
import { workflowRow } from './workflow-rows.js'

/**
 * Writes rows with compare-and-set, and appends events.
 *
 * What the verbs of a group write is kept until the group ends, or until one of them reads what another is to write: the
 * same few statements in a row are far quicker than in turns with everything else a verb does, and a workflow that
 * several verbs changed is written once, or later: see `WorkflowChanges`.
 */
export class Writes extends Reads implements Transaction {
  private lastSeq = Number(this.sql.lastSeq.get([])?.[0] ?? 0)
  private lastKey = Number(this.sql.lastKey.get([])?.[0] ?? 0)
  private readonly revisions = new Set<string>()
  private readonly workflowChanges = new WorkflowChanges(this.sql)
  /** Keys of the workflows whose steps or events are among what is kept. Not cleared but made anew: see `WorkflowChanges`. */
  private unsettled = new Set<number>()
  private readonly gates = new GateGroups(this.sql)
  private stepsToWrite: Step[] = []
  private eventsToWrite: Event[] = []
  private writtenBytes = 0
  /** Events appended since they were last asked for, where somebody wants to be told. */
  private appended: PastEvent[] | undefined
  private readonly table = new TableAccess(this.connection, (bytes) => {
    this.writtenBytes += bytes
  })
  readonly plans = new Plans(this.table, (event) => this.append(event))
  readonly agents = new Agents(this.table)
  readonly reviews = new Reviews(this.table)
  readonly queue = new Queue(this.table, () => this.settleAll())
  readonly history = new History(this.table, () => this.settleAll())

  nextSeq(): number {
    return this.lastSeq + 1
  }

  createWorkflow(given: Workflow, eventBody: string): Workflow {
    const workflow = copyOf(given)
    workflow.key = ++this.lastKey
    this.knownSteps.begin(workflow.key)
    this.sql.insertWorkflow.get(workflowRow(workflow))
    this.append({
      workflowKey: workflow.key,
      type: 'workflow_created',
      at: workflow.createdAt,
      body: eventBody,
    })
    return this.remember(workflow)
  }

  apply({ workflow, step, plan, runs, events }: Changes): void {
    const plain = step !== undefined && isPlain(step, events)
    if (step) {
      if (!plain) this.stepsToWrite.push(step)
      if (step.version === 1) this.knownSteps.add(step.workflowKey, step.stepId)
      this.unsettled.add(step.workflowKey)
    }
    // A hold and its end are seen in the row, by whoever looks for what waits.
    const gated = step?.version === 1 && step.approval === undefined
    if (workflow) this.changeWorkflow(workflow, gated)
    if (plan) this.plans.change(plan)
    for (const run of runs ?? []) this.plans.changeRun(run)
    if (plain) this.gates.add({ step, event: this.number(events[0] as Event) })
    else for (const event of events) this.append(event)
  }

  recordRevision(id: string, now: number, description: () => string): void {
    if (this.revisions.has(id)) return
    this.sql.insertRevision.get([id, description(), now])
    this.writtenBytes += 1
    this.revisions.add(id)
  }

  /** Keep from now on what is appended. */
  keepAppended(): void {
    this.appended ??= []
  }

  /** What was appended since this was last asked. */
  takeAppended(): PastEvent[] {
    return this.appended?.splice(0) ?? []
  }

  begin(): void {
    this.sql.begin.get([])
  }

  commit(): void {
    this.sql.commit.get([])
  }

  /** Write a page and change nothing. */
  touch(): void {
    this.connection.exec(`PRAGMA user_version = ${migrations.length}`)
    this.writtenBytes += 1
  }

  /** Whether there is something that waits for more gates. */
  get hasDeferred(): boolean {
    return this.workflowChanges.hasUntold || this.filing.hasAny
  }

  /** Add up what an earlier process did not come to tell, and file what it did not come to file. */
  recover(): void {
    if (!this.sql.untold.get([]) && !this.sql.unfiled.get([])) return
    this.begin()
    this.filing.recover(this.lastSeq)
    this.sql.addUntold.get([])
    this.sql.toldTo.get([this.lastSeq])
    this.commit()
  }

  /**
   * Write all that is kept, but for what can wait.
   * @returns bytes of text written since this was last asked; 0 where nothing was written
   */
  finish(): number {
    this.plans.settle()
    this.write()
    if (this.workflowChanges.hasTooManyUntold) this.settleTotals()
    else if (!this.workflowChanges.hasUntold) this.known.forgot = false
    if (this.filing.hasTooMany) this.file()
    const bytes = this.writtenBytes
    this.writtenBytes = 0
    return bytes
  }

  protected override settle(workflow?: Workflow): void {
    if (!workflow || this.unsettled.has(workflow.key)) this.write()
  }

  protected override settleSteps(workflow: Workflow): void {
    if (this.filing.isOf(workflow.key)) this.file()
    else this.settle(workflow)
  }

  /** Write totals that waited too. */
  override settleTotals(): void {
    this.write()
    if (this.workflowChanges.hasUntold) {
      const before = this.changes()
      this.changed(before, this.workflowChanges.tell(this.lastSeq))
    }
    this.known.forgot = false
  }

  /** Write all that waited. */
  settleAll(): void {
    this.plans.settle()
    this.settleTotals()
    if (this.filing.hasAny) this.file()
  }

  private file(): void {
    this.write()
    const before = this.changes()
    this.changed(before, this.filing.file(this.lastSeq))
  }

  private write(): void {
    if (this.unsettled.size === 0) return
    this.writtenBytes += this.gates.write((gates) => this.filing.add(gates))
    const later = this.stepsToWrite.filter(({ version }) => version > 1)
    // Inserting fails by itself where it must not be.
    const updates = this.workflowChanges.isPressing || later.length > 0
    const before = updates ? this.changes() : 0
    // A step may have been gated just now, and changed by whoever did that.
    const unfiled = later.some(({ workflowKey, stepId }) => this.filing.mayHave(workflowKey, stepId))
    const filed = unfiled ? this.filing.file(this.lastSeq) : 0
    this.writeSteps()
    const rows = filed + this.stepsToWrite.length + this.workflowChanges.write(this.lastSeq)
    if (updates) this.changed(before, rows)
    this.writtenBytes += rows
    this.writtenBytes += writeEvents(this.sql.insertEvents, this.eventsToWrite)
    this.unsettled = new Set()
    this.stepsToWrite = []
    this.eventsToWrite = []
  }

  /** Compare-and-set, counted for all rows at once: a statement that tells what it changed takes three times as long. */
  private changed(before: number, rows: number): void {
    const changed = this.changes() - before
    if (changed !== rows) throw new Error(`${rows - changed} of ${rows} rows changed meanwhile`)
  }

  private changes(): number {
    return Number(this.sql.changes.get([])?.[0])
  }

  private changeWorkflow(workflow: Workflow, gated: boolean): void {
    const runs = workflow.status === 'in_progress' && this.known.get(workflow.id)?.status === 'in_progress'
    this.unsettled.add(workflow.key)
    this.workflowChanges.add(workflow, !runs ? 'any' : gated ? 'gated' : 'running')
    this.remember(workflow)
  }

  private append(event: Event): void {
    this.eventsToWrite.push(this.number(event))
  }

  /** Gives an event its number. */
  private number(event: Event): Event {
    const seq = this.lastSeq + 1
    if (event.seq !== undefined && event.seq !== seq)
      throw new Error(`Event ${event.seq} appended where ${seq} is next`)
    this.lastSeq = seq
    this.unsettled.add(event.workflowKey)
    const numbered = event.seq === undefined ? { ...event, seq } : event
    this.appended?.push(numbered as PastEvent)
    return numbered
  }

  private writeSteps(): void {
    const first = new Rows(this.sql.insertSteps, firstStepParameters)
    for (const step of this.stepsToWrite) {
      if (step.version === 1) {
        first.add(firstStep(step))
        continue
      }
      // It may be one of those that are still to be inserted.
      first.finish()
      this.sql.updateStep.get(laterStep(step))
    }
    first.finish()
  }
}

/** The reading half of a transaction. @module */
import type { DecisionRecord } from '../domain/gate/record.js'
import type { Step } from '../domain/step.js'
import type { Workflow } from '../domain/workflow.js'
import type { Connection, SqlValue, Statement } from './database.js'
import { unpacked } from './gate-group-rows.js'
import { KnownSteps } from './known-steps.js'
import type { KnownWorkflows } from './known-workflows.js'
import type { Statements } from './statements.js'
import { StepFiling } from './step-filing.js'
import { recordOf, stepOf, stepSelection, workflowKeyOf } from './step-rows.js'
import type { Page, PendingStep, Reader, Scope, WorkflowFilter } from './store.js'
import { workflowColumns, workflowOf } from './workflow-rows.js'

/** Reads over one connection's prepared statements. Workflows that were met lately are remembered. */
export class Reads implements Reader {
  private readonly lists = new Map<string, Statement>()
  private readonly records = new WeakMap<Step, DecisionRecord>()
  protected readonly knownSteps = new KnownSteps()
  protected readonly filing: StepFiling

  constructor(
    protected readonly connection: Connection,
    protected readonly sql: Statements,
    protected readonly known: KnownWorkflows,
  ) {
    this.filing = new StepFiling(sql)
  }

  /** Called before rows are read: what was to be written to them has to be written first. Not totals of workflows. */
  protected settle(_workflow?: Workflow): void {}

  /** Called before steps of a workflow are looked for whose rows may be written later. */
  protected settleSteps(_workflow: Workflow): void {}

  /** Called before whole rows of workflows are read. */
  protected settleTotals(): void {}

  workflow(scope: Scope, id: string): Workflow | undefined {
    const known = this.known.get(id)
    if (known) return known.org === scope.org && known.tenant === scope.tenant ? known : undefined
    if (this.known.forgot) this.settleTotals()
    const row = this.sql.workflow.get([id, scope.org, scope.tenant])
    return row && this.remember(workflowOf(row))
  }

  workflows(scope: Scope, filter: WorkflowFilter): Page<Workflow> {
    this.settleTotals()
    const wanted = {
      status: filter.status,
      source: filter.source,
      trace_id: filter.traceId,
    }
    const given = Object.entries(wanted).filter(([, value]) => value !== undefined)
    const where = `FROM workflows WHERE org = ? AND tenant = ?${given.map(([column]) => ` AND ${column} = ?`).join('')}`
    const values: SqlValue[] = [scope.org, scope.tenant, ...given.map(([, value]) => value as string)]
    const rows = this.list(`SELECT ${workflowColumns} ${where} ORDER BY key DESC LIMIT ? OFFSET ?`)
    const count = this.list(`SELECT count(*) ${where}`)
    return {
      rows: rows.all([...values, filter.limit, filter.offset]).map(workflowOf),
      total: Number(count.get(values)?.[0] ?? 0),
    }
  }

  countRunning(scope: Scope): number {
    this.settle()
    return Number(this.sql.running.get([scope.org, scope.tenant])?.[0] ?? 0)
  }

  step(workflow: Workflow, stepId: string): Step | undefined {
    if (this.knownSteps.lacks(workflow.key, stepId)) return undefined
    this.settle(workflow)
    if (this.filing.mayHave(workflow.key, stepId)) this.settleSteps(workflow)
    const row = this.sql.step.get([workflow.key, stepId])
    return row && this.stepOf(row, workflow)
  }

  steps(workflow: Workflow, checkpoints?: readonly number[]): readonly Step[] {
    this.settleSteps(workflow)
    const rows =
      checkpoints === undefined
        ? this.sql.steps.all([workflow.key])
        : this.sql.stepsAt.all([workflow.key, JSON.stringify(checkpoints)])
    return rows.map((row) => this.stepOf(row, workflow))
  }

  checkpoints(workflow: Workflow): readonly number[] {
    this.settleSteps(workflow)
    return this.sql.checkpoints.all([workflow.key]).map(([checkpoint]) => checkpoint as number)
  }

  lastResumable(workflow: Workflow): Step | undefined {
    this.settleSteps(workflow)
    const row = this.sql.lastResumable.get([workflow.key])
    return row && this.stepOf(row, workflow)
  }

  stepHeld(workflow: Workflow, states: readonly ('pending' | 'rejected' | 'expired')[]): Step | undefined {
    this.settle(workflow)
    const marks = states.map(() => '?').join(', ')
    const statement = this.list(
      `SELECT ${stepSelection} WHERE s.workflow_key = ? AND s.approval_status IN (${marks}) ORDER BY s.step_index LIMIT 1`,
    )
    const row = statement.get([workflow.key, ...states])
    return row && this.stepOf(row, workflow)
  }

  waitingSteps(workflow: Workflow): readonly Step[] {
    this.settle(workflow)
    return this.sql.waiting.all([workflow.key]).map((row) => this.stepOf(row, workflow))
  }

  stepOfApproval(scope: Scope, approvalId: string): PendingStep | undefined {
    this.settleTotals()
    const row = this.sql.stepOfApproval.get([approvalId, scope.org, scope.tenant])
    return row && this.heldStep(row)
  }

  workflowsOfPlan(scope: Scope, planId: string, limit: number): readonly Workflow[] {
    this.settleTotals()
    return this.sql.workflowsOfPlan
      .all([scope.org, scope.tenant, planId, limit])
      .map(workflowOf)
      .map((workflow) => this.known.get(workflow.id) ?? workflow)
  }

  stepOfCheckpoint(workflow: Workflow, checkpoint: number): Step | undefined {
    this.settleSteps(workflow)
    const row = this.sql.stepOfCheckpoint.get([checkpoint, workflow.key])
    return row && this.stepOf(row, workflow)
  }

  pendingSteps(
    scope: Scope,
    now: number,
    limit: number,
    plans?: 'any' | { readonly id: string },
  ): Page<PendingStep> {
    this.settleTotals()
    const narrowed =
      plans === undefined
        ? ''
        : plans === 'any'
          ? " AND json_type(w.metadata, '$.plan_id') = 'text' AND w.metadata ->> '$.plan_id' <> ''"
          : " AND w.metadata ->> '$.plan_id' = ?"
    const whose = [now, scope.org, scope.tenant, ...(typeof plans === 'object' ? [plans.id] : [])]
    const rows = this.list(
      `SELECT ${stepSelection} ${pendingSteps}${narrowed} ORDER BY s.decision_seq DESC LIMIT ?`,
    )
    const count = this.list(`SELECT count(*) FROM steps s ${pendingSteps}${narrowed}`)
    return {
      rows: rows.all([...whose, limit]).map((row) => this.heldStep(row)),
      total: Number(count.get(whose)?.[0] ?? 0),
    }
  }

  eventBody(seq: number): string {
    return unpacked(this.event(seq))[0]
  }

  overdue(now: number, limit: number, scope?: Scope): readonly { workflow: Workflow; step: Step }[] {
    this.settleTotals()
    const rows = scope
      ? this.list(overdueOfTenant).all([now, scope.org, scope.tenant, limit])
      : this.sql.overdue.all([now, limit])
    return rows.map((row) => this.heldStep(row))
  }

  record(step: Step): DecisionRecord {
    const known = this.records.get(step)
    if (known) return known
    const decided = {
      workflow: this.workflowByKey(step.workflowKey),
      stepId: step.stepId,
      at: step.decidedAt,
    }
    return recordOf(this.event(step.decisionSeq), decided)
  }

  /** Body and request of an event, for `unpacked`. */
  private event(seq: number): readonly SqlValue[] {
    this.settle()
    const row = this.sql.event.get([seq])
    if (!row) throw new Error(`Event ${seq} is missing`)
    return row
  }

  private stepOf(row: readonly SqlValue[], workflow: Workflow): Step {
    const { step, record } = stepOf(row, workflow)
    this.records.set(step, record)
    return step
  }

  private heldStep(row: readonly SqlValue[]): PendingStep {
    const workflow = this.workflowByKey(workflowKeyOf(row))
    const step = this.stepOf(row, workflow)
    return { step, workflow, record: this.record(step) }
  }

  private workflowByKey(key: number): Workflow {
    const row = this.sql.workflowByKey.get([key])
    if (!row) throw new Error(`Workflow row ${key} is missing`)
    const workflow = workflowOf(row)
    // What is remembered may tell totals that the row does not tell yet.
    return this.known.get(workflow.id) ?? workflow
  }

  protected remember(workflow: Workflow): Workflow {
    this.known.remember(workflow)
    return workflow
  }

  private list(sql: string): Statement {
    const known = this.lists.get(sql)
    if (known) return known
    const statement = this.connection.prepare(sql)
    this.lists.set(sql, statement)
    return statement
  }
}

const pendingSteps = `JOIN workflows w ON w.key = s.workflow_key
  WHERE s.approval_status = 'pending' AND s.approval_expires_at > ? AND w.org = ? AND w.tenant = ?`

const overdueOfTenant = `SELECT ${stepSelection} JOIN workflows w ON w.key = s.workflow_key
  WHERE s.approval_status = 'pending' AND s.approval_expires_at <= ? AND w.org = ? AND w.tenant = ? LIMIT ?`

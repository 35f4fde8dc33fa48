/** Plans in the database. @module */
import type { Event } from '../domain/event.js'
import { isOver, type Plan, type PlanVersion } from '../domain/plan/plan.js'
import type { StepRun } from '../domain/plan/run.js'
import type { SqlValue } from './database.js'
import { KnownPlans } from './known-plans.js'
import type { Page, Scope } from './store.js'
import type { TableAccess } from './table-access.js'
import type { PlanFilter, PlanTable } from './tables.js'

/**
 * Over one connection. Plans that are being run are looked at many times a second: what was read or written lately is
 * remembered, and what changes is written once, when the group ends or somebody asks a question that needs the rows.
 */
export class Plans implements PlanTable {
  private readonly known = new KnownPlans()

  constructor(
    private readonly db: TableAccess,
    private readonly append: (event: Event) => void,
  ) {}

  find(scope: Scope, id: string): Plan | undefined {
    const known = this.known.byId(id)
    if (known) return known.org === scope.org && known.tenant === scope.tenant ? known : undefined
    return this.one('SELECT key, body FROM plans WHERE id = ? AND org = ? AND tenant = ?', [
      id,
      scope.org,
      scope.tenant,
    ])
  }

  byKey(key: number): Plan {
    const plan = this.known.byKey(key) ?? this.one('SELECT key, body FROM plans WHERE key = ?', [key])
    if (!plan) throw new Error(`Plan row ${key} is missing`)
    return plan
  }

  ofWorkflow(workflowKey: number): Plan | undefined {
    this.settle()
    return this.one('SELECT key, body FROM plans WHERE workflow_key = ?', [workflowKey])
  }

  list(scope: Scope, { status, domain, limit, offset }: PlanFilter): Page<Plan> {
    this.settle()
    const given = Object.entries({ status, domain }).filter(([, value]) => value !== undefined)
    const where = `FROM plans WHERE org = ? AND tenant = ?${given.map(([name]) => ` AND ${name} = ?`).join('')}`
    const values = [scope.org, scope.tenant, ...given.map(([, value]) => value as string)]
    return {
      rows: this.db
        .all(`SELECT key, body ${where} ORDER BY key DESC LIMIT ? OFFSET ?`, [...values, limit, offset])
        .map(planOf),
      total: this.db.count(`SELECT count(*) ${where}`, values),
    }
  }

  executing(): readonly number[] {
    this.settle()
    return this.db.all("SELECT key FROM plans WHERE status = 'executing'", []).map(([key]) => key as number)
  }

  overdue(now: number, limit: number): readonly Plan[] {
    this.settle()
    return this.db
      .all("SELECT key, body FROM plans WHERE status = 'pending' AND expires_at <= ? LIMIT ?", [now, limit])
      .map(planOf)
  }

  runs(plan: Plan): readonly StepRun[] {
    const known = this.known.runs(plan.key)
    if (known) return known
    const runs = this.storedRuns(plan.key)
    if (!isOver(plan.status)) this.known.rememberRuns(plan.key, runs)
    return runs
  }

  versions(plan: Plan): readonly PlanVersion[] {
    return this.db
      .all('SELECT body FROM plan_versions WHERE plan_key = ? ORDER BY version', [plan.key])
      .map(([body]) => JSON.parse(body as string) as PlanVersion)
  }

  create(given: Plan, eventBody: string): Plan {
    const plan = { ...given, key: this.db.nextKey('plans') }
    this.db.write(
      'INSERT INTO plans (key, id, org, tenant, row_version, status, domain, created_at, expires_at, workflow_key, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      [
        plan.key,
        plan.id,
        plan.org,
        plan.tenant,
        plan.rowVersion,
        plan.status,
        plan.domain,
        plan.createdAt,
        plan.expiresAt,
        plan.workflowKey ?? null,
        JSON.stringify(plan),
      ],
    )
    this.append({
      workflowKey: 0,
      subject: `plan:${plan.id}`,
      type: 'plan_created',
      at: plan.createdAt,
      body: eventBody,
    })
    return plan
  }

  keepVersion(plan: Plan, version: PlanVersion): void {
    this.db.write('INSERT INTO plan_versions (plan_key, version, body) VALUES (?, ?, ?)', [
      plan.key,
      version.version,
      JSON.stringify(version),
    ])
  }

  /** Write a plan over the row version before, when the group ends. */
  change(plan: Plan): void {
    this.known.change(plan)
  }

  /** Write a run, new at version 1, else over the version before, when the group ends. */
  changeRun(run: StepRun): void {
    if (run.version > 1 && !this.known.runs(run.planKey))
      this.known.rememberRuns(run.planKey, this.storedRuns(run.planKey))
    this.known.changeRun(run)
  }

  /** Write what was changed. @throws Error when a row was not at the version it was changed from */
  settle(): void {
    const { plans, runs } = this.known.takeChanged()
    if (plans.length + runs.length > 0)
      this.db.writeAll([...plans.map(planStatement), ...runs.map(runStatement)])
    this.known.forgetOldest()
  }

  private storedRuns(planKey: number): readonly StepRun[] {
    return this.db
      .all('SELECT body FROM step_runs WHERE plan_key = ? ORDER BY position', [planKey])
      .map(([body]) => JSON.parse(body as string) as StepRun)
  }

  private one(sql: string, values: readonly SqlValue[]): Plan | undefined {
    const row = this.db.first(sql, values)
    if (!row) return undefined
    const plan = this.known.byKey(row[0] as number) ?? planOf(row)
    this.known.remember(plan)
    return plan
  }
}

/** The row's key is the truth; the body was made before it was known. */
export const planOf = ([key, body]: readonly SqlValue[]): Plan => ({
  ...(JSON.parse(body as string) as Plan),
  key: key as number,
})

type Changed<T> = { readonly row: T; readonly stored: number }
type Write = readonly [sql: string, values: readonly SqlValue[]]

const planStatement = ({ row: plan, stored }: Changed<Plan>): Write => [
  'UPDATE plans SET row_version = ?, status = ?, domain = ?, expires_at = ?, workflow_key = ?, body = ? WHERE key = ? AND row_version = ?',
  [
    plan.rowVersion,
    plan.status,
    plan.domain,
    plan.expiresAt,
    plan.workflowKey ?? null,
    JSON.stringify(plan),
    plan.key,
    stored,
  ],
]

const runStatement = ({ row: run, stored }: Changed<StepRun>): Write =>
  stored === 0
    ? [
        'INSERT INTO step_runs (plan_key, position, version, body) VALUES (?, ?, ?, ?)',
        [run.planKey, run.position, run.version, JSON.stringify(run)],
      ]
    : [
        'UPDATE step_runs SET version = ?, body = ? WHERE plan_key = ? AND position = ? AND version = ?',
        [run.version, JSON.stringify(run), run.planKey, run.position, stored],
      ]

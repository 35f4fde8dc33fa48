/** Plans in the database. @module */
import type { Event } from '../domain/event.js'
import type { Plan, PlanVersion } from '../domain/plan/plan.js'
import type { StepRun } from '../domain/plan/run.js'
import type { SqlValue } from './database.js'
import type { Page, Scope } from './store.js'
import type { TableAccess } from './table-access.js'
import type { PlanFilter, PlanTable } from './tables.js'

/** Over one connection. Reading first settles nothing: rows of plans are written at once. */
export class Plans implements PlanTable {
  constructor(
    private readonly db: TableAccess,
    private readonly append: (event: Event) => void,
  ) {}

  find(scope: Scope, id: string): Plan | undefined {
    return this.one('SELECT key, body FROM plans WHERE id = ? AND org = ? AND tenant = ?', [
      id,
      scope.org,
      scope.tenant,
    ])
  }

  byKey(key: number): Plan {
    const plan = this.one('SELECT key, body FROM plans WHERE key = ?', [key])
    if (!plan) throw new Error(`Plan row ${key} is missing`)
    return plan
  }

  ofWorkflow(workflowKey: number): Plan | undefined {
    return this.one('SELECT key, body FROM plans WHERE workflow_key = ?', [workflowKey])
  }

  list(scope: Scope, { status, domain, limit, offset }: PlanFilter): Page<Plan> {
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
    return this.db.all("SELECT key FROM plans WHERE status = 'executing'", []).map(([key]) => key as number)
  }

  countExecuting(scope: Scope): number {
    return this.db.count("SELECT count(*) FROM plans WHERE status = 'executing' AND org = ? AND tenant = ?", [
      scope.org,
      scope.tenant,
    ])
  }

  overdue(now: number, limit: number): readonly Plan[] {
    return this.db
      .all("SELECT key, body FROM plans WHERE status = 'pending' AND expires_at <= ? LIMIT ?", [now, limit])
      .map(planOf)
  }

  runs(plan: Plan): readonly StepRun[] {
    return this.db
      .all('SELECT body FROM step_runs WHERE plan_key = ? ORDER BY position', [plan.key])
      .map(([body]) => JSON.parse(body as string) as StepRun)
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

  /** Write a plan over the row version before. */
  change(plan: Plan): void {
    this.db.write(
      'UPDATE plans SET row_version = ?, status = ?, domain = ?, expires_at = ?, workflow_key = ?, body = ? WHERE key = ? AND row_version = ?',
      [
        plan.rowVersion,
        plan.status,
        plan.domain,
        plan.expiresAt,
        plan.workflowKey ?? null,
        JSON.stringify(plan),
        plan.key,
        plan.rowVersion - 1,
      ],
    )
  }

  /** Write a run, new at version 1, else over the version before. */
  changeRun(run: StepRun): void {
    const body = JSON.stringify(run)
    if (run.version === 1)
      this.db.write('INSERT INTO step_runs (plan_key, position, version, body) VALUES (?, ?, ?, ?)', [
        run.planKey,
        run.position,
        run.version,
        body,
      ])
    else
      this.db.write(
        'UPDATE step_runs SET version = ?, body = ? WHERE plan_key = ? AND position = ? AND version = ?',
        [run.version, body, run.planKey, run.position, run.version - 1],
      )
  }

  private one(sql: string, values: readonly SqlValue[]): Plan | undefined {
    const row = this.db.first(sql, values)
    return row && planOf(row)
  }
}

/** The row's key is the truth; the body was made before it was known. */
export const planOf = ([key, body]: readonly SqlValue[]): Plan => ({
  ...(JSON.parse(body as string) as Plan),
  key: key as number,
})

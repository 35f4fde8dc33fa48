/** Plans and runs as the verbs of a group leave them, and as they were lately. @module */
import { isOver, type Plan } from '../domain/plan/plan.js'
import type { StepRun } from '../domain/plan/run.js'

/** Plans remembered between groups: those that run at one time, some ten kilobytes each. */
const remembered = 1024

/** A changed row and the version that is stored; 0: none is. */
export interface ChangedRow<T> {
  readonly row: T
  readonly stored: number
}

export class KnownPlans {
  private readonly plans = new Map<number, Plan>()
  private readonly keys = new Map<string, number>()
  private readonly runsOf = new Map<number, readonly StepRun[]>()
  /** Nobody runs them any more, and their results may be megabytes. Not cleared but made anew: see `WorkflowChanges`. */
  private over = new Set<number>()
  private changedPlans = new Map<number, number>()
  private changedRuns = new Map<number, Map<number, number>>()

  byId(id: string): Plan | undefined {
    const key = this.keys.get(id)
    return key === undefined ? undefined : this.plans.get(key)
  }

  byKey(key: number): Plan | undefined {
    return this.plans.get(key)
  }

  runs(planKey: number): readonly StepRun[] | undefined {
    return this.runsOf.get(planKey)
  }

  remember(plan: Plan): void {
    // Those that change go to the end, and are forgotten last.
    this.plans.delete(plan.key)
    this.plans.set(plan.key, plan)
    if (isOver(plan.status)) this.over.add(plan.key)
    this.keys.set(plan.id, plan.key)
  }

  rememberRuns(planKey: number, runs: readonly StepRun[]): void {
    this.runsOf.set(planKey, runs)
  }

  change(plan: Plan): void {
    this.remember(plan)
    if (!this.changedPlans.has(plan.key)) this.changedPlans.set(plan.key, plan.rowVersion - 1)
  }

  /** The plan's other runs have to be known, unless this one is new. */
  changeRun(run: StepRun): void {
    const changed = this.changedRuns.get(run.planKey) ?? new Map<number, number>()
    if (!changed.has(run.position)) changed.set(run.position, run.version - 1)
    this.changedRuns.set(run.planKey, changed)
    // Who was given the list before keeps it as it was.
    const runs = [...(this.runsOf.get(run.planKey) ?? [])]
    runs[run.position] = run
    this.runsOf.set(run.planKey, runs)
  }

  takeChanged(): { plans: ChangedRow<Plan>[]; runs: ChangedRow<StepRun>[] } {
    if (this.changedPlans.size + this.changedRuns.size === 0) return nothing
    const plans = [...this.changedPlans].map(([key, stored]) => ({
      row: this.plans.get(key) as Plan,
      stored,
    }))
    const runs = [...this.changedRuns].flatMap(([key, changed]) =>
      [...changed].map(([position, stored]) => ({
        row: this.runsOf.get(key)?.[position] as StepRun,
        stored,
      })),
    )
    this.changedPlans = new Map()
    this.changedRuns = new Map()
    return { plans, runs }
  }

  /** Only when nothing is changed and unwritten. */
  forgetOldest(): void {
    if (this.over.size > 0) {
      for (const key of this.over) this.forget(key)
      this.over = new Set()
    }
    for (const key of this.plans.keys()) {
      if (this.plans.size <= remembered) break
      this.forget(key)
    }
    for (const key of this.runsOf.keys()) {
      if (this.runsOf.size <= remembered) break
      this.runsOf.delete(key)
    }
  }

  private forget(key: number): void {
    const plan = this.plans.get(key)
    if (plan) this.keys.delete(plan.id)
    this.plans.delete(key)
    this.runsOf.delete(key)
  }
}

const nothing = { plans: [], runs: [] }

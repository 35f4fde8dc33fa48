/** So many workflows and ids are remembered, a few megabytes of them; the workflows met first are forgotten first. */
const rememberedIds = 50_000

/**
 * The step ids of workflows that were made by this process: all of them, so that an id that is not among them is known to
 * be new without a look into the database. Most gates are of new steps.
 */
export class KnownSteps {
  private readonly byWorkflow = new Map<number, Set<string>>()
  private count = 0

  /** A workflow that has no steps yet. */
  begin(workflowKey: number): void {
    this.byWorkflow.set(workflowKey, new Set())
    this.remembered(1)
  }

  add(workflowKey: number, stepId: string): void {
    const ids = this.byWorkflow.get(workflowKey)
    if (!ids) return
    ids.add(stepId)
    this.remembered(1)
  }

  /** True where the workflow certainly has no such step; false where that is not known. */
  lacks(workflowKey: number, stepId: string): boolean {
    return this.byWorkflow.get(workflowKey)?.has(stepId) === false
  }

  private remembered(more: number): void {
    this.count += more
    if (this.count <= rememberedIds) return
    for (const [workflowKey, ids] of this.byWorkflow) {
      this.byWorkflow.delete(workflowKey)
      this.count -= 1 + ids.size
      if (this.count < rememberedIds * 0.9) return
    }
  }
}

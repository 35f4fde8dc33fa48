/** Workflows that were met lately, as verbs left them. @module */
import type { Workflow } from '../domain/workflow.js'

/** Enough for every run that is active at once; a few megabytes. */
const remembered = 2048

/** A workflow has so many characters of metadata and reason where it takes memory worth counting. */
const bulky = 4096

/** So many characters of bulky ones are remembered: callers may send megabytes with each. */
const bulkAtMost = 32 * 1024 * 1024

export class KnownWorkflows {
  /** Some workflow was forgotten whose row may not tell how verbs left it. */
  forgot = false
  private readonly byId = new Map<string, Workflow>()
  private readonly sizes = new Map<string, number>()
  private bulk = 0

  get(id: string): Workflow | undefined {
    return this.byId.get(id)
  }

  remember(workflow: Workflow): void {
    const { id, metadata, endReason } = workflow
    if (this.byId.size >= remembered) this.forgetTenth()
    const before = this.byId.get(id)
    this.byId.set(id, workflow)
    if (before?.metadata !== metadata || before.endReason !== endReason) this.measure(workflow)
  }

  private measure({ id, metadata, endReason = '' }: Workflow): void {
    this.unmeasure(id)
    const size = JSON.stringify(metadata).length + endReason.length
    if (size < bulky) return
    this.sizes.set(id, size)
    this.bulk += size
    for (const oldest of this.sizes.keys()) {
      if (this.bulk <= bulkAtMost || oldest === id) break
      this.forget(oldest)
    }
  }

  private forgetTenth(): void {
    for (const oldest of this.byId.keys()) {
      this.forget(oldest)
      if (this.byId.size < remembered * 0.9) break
    }
  }

  private forget(id: string): void {
    this.byId.delete(id)
    this.unmeasure(id)
    this.forgot = true
  }

  private unmeasure(id: string): void {
    this.bulk -= this.sizes.get(id) ?? 0
    this.sizes.delete(id)
  }
}

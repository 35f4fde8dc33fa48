/** Many rows into one table. @module */
import type { SqlValue } from './database.js'
import { type Inserts, rowsAtOnce } from './statements.js'

/** Rows on their way into a table, as many a statement as there are. */
export class Rows {
  private values: SqlValue[] = []

  constructor(
    private readonly inserts: Inserts,
    private readonly parameters: number,
  ) {}

  /** Rows added and not inserted yet. */
  get count(): number {
    return this.values.length / this.parameters
  }

  /** Add a row. */
  add(row: readonly SqlValue[]): void {
    for (let i = 0; i < row.length; i++) this.values.push(row[i]!)
  }

  finish(): void {
    const { values, parameters } = this
    let from = 0
    for (const rows of rowsAtOnce) {
      const taken = rows * parameters
      for (; values.length - from >= taken; from += taken)
        this.inserts[rows].get(taken === values.length ? values : values.slice(from, from + taken))
    }
    this.values = []
  }
}

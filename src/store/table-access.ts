/** Statements over one connection, prepared when first used. For the tables that the gate's hot path does not touch. @module */
import type { Connection, SqlValue, Statement } from './database.js'

export class TableAccess {
  private readonly statements = new Map<string, Statement>()

  /** @param onWrite told of the text written, so that the log's growth is known */
  constructor(
    private readonly connection: Connection,
    private readonly onWrite: (bytes: number) => void,
  ) {}

  all(sql: string, values: readonly SqlValue[]): readonly (readonly SqlValue[])[] {
    return this.prepared(sql).all([...values])
  }

  first(sql: string, values: readonly SqlValue[]): readonly SqlValue[] | undefined {
    return this.prepared(sql).get([...values]) ?? undefined
  }

  count(sql: string, values: readonly SqlValue[]): number {
    return Number(this.first(sql, values)?.[0] ?? 0)
  }

  /** The key of the next row of a table. Rows are never deleted, and one connection writes. */
  nextKey(table: string): number {
    return this.count(`SELECT coalesce(max(key), 0) + 1 FROM ${table}`, [])
  }

  /**
   * Change exactly one row.
   * @throws Error when none was: its version had changed
   */
  write(sql: string, values: readonly SqlValue[]): void {
    this.prepared(sql).get([...values])
    if (this.count('SELECT changes()', []) !== 1) throw new Error('1 of 1 rows changed meanwhile')
    for (const value of values) this.onWrite(typeof value === 'string' ? value.length : 1)
  }

  /**
   * Change exactly one row with each statement; counted once for all of them.
   * @throws Error when some were not: their versions had changed
   */
  writeAll(statements: readonly (readonly [sql: string, values: readonly SqlValue[]])[]): void {
    const before = this.count('SELECT total_changes()', [])
    for (const [sql, values] of statements) {
      this.prepared(sql).get([...values])
      for (const value of values) this.onWrite(typeof value === 'string' ? value.length : 1)
    }
    const missing = before + statements.length - this.count('SELECT total_changes()', [])
    if (missing !== 0) throw new Error(`${missing} of ${statements.length} rows changed meanwhile`)
  }

  private prepared(sql: string): Statement {
    const known = this.statements.get(sql)
    if (known) return known
    const statement = this.connection.prepare(sql)
    this.statements.set(sql, statement)
    return statement
  }
}

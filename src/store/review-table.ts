/** Requests for a person's decision in the database. @module */
import type { Review } from '../domain/review.js'
import type { SqlValue } from './database.js'
import type { Scope } from './store.js'
import type { TableAccess } from './table-access.js'
import type { ReviewTable } from './tables.js'

export class Reviews implements ReviewTable {
  constructor(private readonly db: TableAccess) {}

  find({ org, tenant }: Scope, id: string): Review | undefined {
    const row = this.db.first('SELECT key, body FROM reviews WHERE id = ? AND org = ? AND tenant = ?', [
      id,
      org,
      tenant,
    ])
    return row && reviewOf(row)
  }

  overdue(now: number, limit: number, scope?: Scope): readonly Review[] {
    const whose = scope ? ' AND org = ? AND tenant = ?' : ''
    return this.db
      .all(`SELECT key, body FROM reviews WHERE status = 'pending' AND expires_at <= ?${whose} LIMIT ?`, [
        now,
        ...(scope ? [scope.org, scope.tenant] : []),
        limit,
      ])
      .map(reviewOf)
  }

  create(given: Review): Review {
    const review = { ...given, key: this.db.nextKey('reviews') }
    this.db.write(
      'INSERT INTO reviews (key, id, org, tenant, version, status, severity, created_at, updated_at, expires_at, decided_at, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      [
        review.key,
        review.id,
        review.org,
        review.tenant,
        review.version,
        review.status,
        review.severity,
        review.createdAt,
        review.updatedAt,
        review.expiresAt,
        review.decidedAt ?? null,
        JSON.stringify(review),
      ],
    )
    return review
  }

  change(review: Review): void {
    this.db.write(
      'UPDATE reviews SET version = ?, status = ?, updated_at = ?, decided_at = ?, body = ? WHERE key = ? AND version = ?',
      [
        review.version,
        review.status,
        review.updatedAt,
        review.decidedAt ?? null,
        JSON.stringify(review),
        review.key,
        review.version - 1,
      ],
    )
  }
}

/** The row's key is the truth; the body was made before it was known. */
export const reviewOf = ([key, body]: readonly SqlValue[]): Review => ({
  ...(JSON.parse(body as string) as Review),
  key: key as number,
})

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

  all({ org, tenant }: Scope, limit: number): readonly Review[] {
    return this.db
      .all('SELECT key, body FROM reviews WHERE org = ? AND tenant = ? ORDER BY key DESC LIMIT ?', [
        org,
        tenant,
        limit,
      ])
      .map(reviewOf)
  }

  overdue(now: number, limit: number): readonly Review[] {
    return this.db
      .all("SELECT key, body FROM reviews WHERE status = 'pending' AND expires_at <= ? LIMIT ?", [now, limit])
      .map(reviewOf)
  }

  create(given: Review): Review {
    const review = { ...given, key: this.db.nextKey('reviews') }
    this.db.write(
      'INSERT INTO reviews (key, id, org, tenant, version, status, expires_at, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      [
        review.key,
        review.id,
        review.org,
        review.tenant,
        review.version,
        review.status,
        review.expiresAt,
        JSON.stringify(review),
      ],
    )
    return review
  }

  change(review: Review): void {
    this.db.write(
      'UPDATE reviews SET version = ?, status = ?, expires_at = ?, body = ? WHERE key = ? AND version = ?',
      [
        review.version,
        review.status,
        review.expiresAt,
        JSON.stringify(review),
        review.key,
        review.version - 1,
      ],
    )
  }
}

const reviewOf = ([key, body]: readonly SqlValue[]): Review => ({
  ...(JSON.parse(body as string) as Review),
  key: key as number,
})

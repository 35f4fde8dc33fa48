/** One row of the table of refusals. @module */

export interface ErrorEntry {
  readonly status: 400 | 401 | 403 | 404 | 405 | 408 | 409 | 410 | 413 | 417 | 422 | 429 | 431 | 500 | 503
  /** What happened. `{name}` is filled from the refusal's details. */
  readonly sentence: string
  /** What the reader can do about it. */
  readonly cure: string
  /** Which of the contract's error bodies carries it. */
  readonly envelope?: 'validation' | 'nested' | 'limit'
}

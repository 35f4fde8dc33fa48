/** Which policy set is live. Every decision names it. */
export interface Revision {
  /** Short name: `r_` and the first 12 hexadecimal digits of the digest. */
  readonly id: string
  /** SHA-256 of all sources, hexadecimal. */
  readonly digest: string
  /** Commit that the folder's repository was at, where it is in one. */
  readonly commit?: string
  /** Unix milliseconds. */
  readonly loadedAt: number
  readonly counts: {
    readonly policies: number
    /** Policies of each language. */
    readonly yaml: number
    readonly rego: number
    /** Modules that the policies were compiled into. */
    readonly shards: number
    readonly tests: number
    /** Documents of plans. */
    readonly agents: number
    readonly providers: number
    readonly connectors: number
    readonly plans: number
  }
}

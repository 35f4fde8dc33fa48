/** A policy folder for those who look at it once, just as the gate would load it. @module */
import { openPolicies } from '../bundle/open-policies.js'
import type { PolicyEngine } from '../engine/engine.js'
import type { PolicySet } from '../language/assemble-policies.js'
import type { PolicyProblem } from '../policy.js'
import { openToolchain, type Toolchain } from '../toolchain/toolchain.js'

export interface VerifyOptions {
  readonly folder: string
  /** Whose owner closes it; left out: one of its own. */
  readonly toolchain?: Toolchain
  /** Where compiled policies are kept; left out: nowhere. */
  readonly cacheDir?: string
}

export type OpenedFolder =
  | {
      readonly ok: true
      readonly engine: PolicyEngine
      readonly set: PolicySet
      readonly toolchain: Toolchain
      readonly warnings: readonly PolicyProblem[]
    }
  | { readonly ok: false; readonly problems: readonly PolicyProblem[] }

/** Loads the folder, hands it over, and closes what was opened for it. */
export async function withPolicyFolder<T>(
  { folder, toolchain: given, cacheDir }: VerifyOptions,
  use: (opened: OpenedFolder) => T | Promise<T>,
): Promise<T> {
  const toolchain = given ?? openToolchain()
  let warnings: readonly PolicyProblem[] = []
  const policies = await openPolicies({
    folder,
    toolchain,
    ...(cacheDir === undefined ? {} : { cacheDir }),
    onLoaded: (_, found) => {
      warnings = found
    },
  })
  try {
    const set = policies.set()
    const problems = policies.status().lastError?.problems ?? []
    return await use(
      set ? { ok: true, engine: policies.engine(), set, toolchain, warnings } : { ok: false, problems },
    )
  } finally {
    await policies.close()
    if (!given) await toolchain.close()
  }
}

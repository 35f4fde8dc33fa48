import { stat } from 'node:fs/promises'
import type { VerifyOptions } from '../../src/policy/verify/open-policy-folder.js'
import { cacheProblem } from '../policy-cache.js'
import type { Call } from '../verb.js'

/** The folder that a verb looks at; a sentence where there is none or its cache has no place, which is a slip of the command line. */
export async function policyFolder({ config, from, argument }: Call): Promise<VerifyOptions | string> {
  const folder = argument ?? config.policies
  const found = await stat(folder).catch(() => undefined)
  if (!found) return `there is no folder ${folder}`
  if (!found.isDirectory()) return `${folder} is a file; name the folder it is in`
  // Only where somebody asked for it: looking at policies leaves nothing behind in the working directory.
  if (from.policy_cache === undefined) return { folder }
  return cacheProblem(config.policy_cache) ?? { folder, cacheDir: config.policy_cache }
}

import { readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { modulesOf } from '../../src/policy/bundle/compile-shard.js'
import { isUsable } from '../../src/policy/language/assemble-policies.js'
import { readPolicies } from '../../src/policy/language/read-policies.js'
import { openToolchain } from '../../src/policy/toolchain/toolchain.js'
import { exitCodes } from '../exit-codes.js'
import { policySummary } from '../report/policy-summary.js'
import { problemLine } from '../report/problems.js'
import { type Call, refuse } from '../verb.js'

/** Prints what the policies of one file became. Mistakes are named as `policy check` names them. */
export async function policyShow({ argument, flags }: Call): Promise<number> {
  const file = argument ?? ''
  let bytes: Uint8Array
  try {
    bytes = await readFile(file)
  } catch (error) {
    const why =
      (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (error as Error).message
    return refuse([`${file}: ${why}`])
  }
  const toolchain = openToolchain()
  try {
    const set = await readPolicies([{ path: basename(file), bytes }], toolchain)
    for (const problem of set.problems) process.stderr.write(`${problemLine(dirname(file), problem)}\n`)
    if (!isUsable(set)) return exitCodes.policy.code
    if (set.policies.length === 0) process.stderr.write(`no policies in ${file}\n`)
    const shown = set.policies.map((policy) =>
      flags.rego === true
        ? modulesOf(policy)
            .map(({ path, rego }) => `# ${join(dirname(file), path)}\n${rego.trimEnd()}\n`)
            .join('\n')
        : `${policySummary(dirname(file), policy)}\n`,
    )
    process.stdout.write(shown.join('\n'))
    return exitCodes.ok.code
  } finally {
    await toolchain.close()
  }
}

import { checkPolicies } from '../../src/policy/verify/check-policies.js'
import { exitCodes } from '../exit-codes.js'
import { counted, countsOf, problemForGitHub, problemLine } from '../report/problems.js'
import { type Call, refuse } from '../verb.js'
import { policyFolder } from './policy-folder.js'

/** Prints every problem of a folder; fails when one of them is an error. */
export async function policyCheck(call: Call): Promise<number> {
  const options = await policyFolder(call)
  if (typeof options === 'string') return refuse([options])
  const { folder } = options
  const { format } = call.flags
  const check = await checkPolicies(options)
  const { ok, problems, policies, tests } = check
  if (format === 'json') process.stdout.write(`${JSON.stringify({ folder, ...check }, null, 2)}\n`)
  else {
    const line = format === 'github' ? problemForGitHub : problemLine
    const { errors, warnings } = countsOf(problems)
    const found = policies === undefined ? [] : [counted(policies, 'policy'), counted(tests ?? 0, 'test')]
    const summary = [...found, counted(errors, 'error'), counted(warnings, 'warning')].join(', ')
    process.stdout.write(`${[...problems.map((problem) => line(folder, problem)), summary].join('\n')}\n`)
  }
  return ok ? exitCodes.ok.code : exitCodes.policy.code
}

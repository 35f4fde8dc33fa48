import { runPolicyTests } from '../../src/policy/verify/run-policy-tests.js'
import { exitCodes } from '../exit-codes.js'
import { junitReport } from '../report/junit.js'
import { problemLine } from '../report/problems.js'
import { testReport } from '../report/test-results.js'
import { type Call, refuse } from '../verb.js'
import { policyFolder } from './policy-folder.js'

/** Runs a folder's tests and prints the outcome; fails when a test failed, or when the policies cannot be loaded. */
export async function policyTest(call: Call): Promise<number> {
  const { flags } = call
  const options = await policyFolder(call)
  if (typeof options === 'string') return refuse([options])
  const { folder } = options
  const run = typeof flags.run === 'string' ? flags.run : undefined
  const problem = whyNoPattern(run)
  if (problem) return refuse([problem])
  const outcome = await runPolicyTests({ ...options, ...(run === undefined ? {} : { run }) })
  if (!outcome.ok) {
    for (const each of outcome.problems) process.stderr.write(`${problemLine(folder, each)}\n`)
    return exitCodes.policy.code
  }
  const { results } = outcome
  const failed = results.some(({ outcome }) => outcome === 'fail' || outcome === 'error')
  const lacking = results.length === 0 && flags.requireTests === true
  const reports = {
    text: () => (results.length === 0 ? '' : testReport(folder, results)),
    json: () => `${JSON.stringify({ folder, ok: !failed && !lacking, results }, null, 2)}\n`,
    junit: () => junitReport(folder, results),
  }
  process.stdout.write(reports[flags.format as keyof typeof reports]())
  if (results.length === 0) {
    const which = run === undefined ? 'no tests' : `no test whose name has ${run}`
    process.stderr.write(`${which} in ${folder}\n`)
  }
  return failed || lacking ? exitCodes.tests.code : exitCodes.ok.code
}

function whyNoPattern(run: string | undefined): string | undefined {
  try {
    new RegExp(run ?? '')
    return undefined
  } catch (error) {
    return `--run: ${(error as Error).message}`
  }
}

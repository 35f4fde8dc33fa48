/** What the log and the probes say about the policy set. @module */
import type { Revision } from '../src/policy/engine/revision.js'
import type { PolicyProblem } from '../src/policy/policy.js'
import type { Log } from './logging.js'
import { counted, countsOf, problemLine } from './report/problems.js'

/** A probe's answer stays readable; the log has all of them. */
const shownProblems = 20

export interface PolicyStatus {
  loaded(revision: Revision, warnings: readonly PolicyProblem[]): void
  refused(problems: readonly PolicyProblem[]): void
  /** For `/health/ready`: empty while the folder and the live revision agree. */
  details(): Readonly<Record<string, unknown>>
}

export function openPolicyStatus(folder: string, log: Log, now: () => number = Date.now): PolicyStatus {
  let refusal: { readonly at: string; readonly problems: readonly PolicyProblem[] } | undefined
  const write = (problems: readonly PolicyProblem[]) => {
    for (const problem of problems)
      log[problem.severity === 'error' ? 'error' : 'warn'](
        { file: problem.file, line: problem.line, column: problem.column },
        problemLine(folder, problem),
      )
  }
  return {
    loaded(revision, warnings) {
      refusal = undefined
      write(warnings)
      const { id, commit, counts } = revision
      log.info({ revision: id, ...(commit === undefined ? {} : { commit }), ...counts }, 'policies loaded')
    },
    refused(problems) {
      refusal = { at: new Date(now()).toISOString(), problems }
      write(problems)
      const { errors } = countsOf(problems)
      log.error(
        { folder },
        `policies refused: ${counted(errors, 'error')}; the revision before, if any, stays live`,
      )
    },
    details() {
      if (!refusal) return {}
      const lines = refusal.problems
        .filter(({ severity }) => severity === 'error')
        .map((each) => problemLine(folder, each))
      const unshown = lines.length - shownProblems
      return {
        policies_refused: {
          at: refusal.at,
          problems: lines.slice(0, shownProblems),
          ...(unshown > 0 ? { unshown } : {}),
        },
      }
    },
  }
}

/** The folder that keeps compiled policies over restarts. @module */
import { makeFolder } from '../src/store/make-folder.js'

/** Make it. @returns why it cannot be made; undefined where it is there */
export function cacheProblem(folder: string): string | undefined {
  try {
    makeFolder(folder)
    return undefined
  } catch (error) {
    return `the policy cache ${folder} cannot be made (${(error as Error).message}); see STEPGATE_POLICY_CACHE`
  }
}

/** One thing that is done next in an executing plan, and what that depends on beside its runs. @module */
import type { StepRun } from './run.js'

/** One thing to do; `run` is as it stands now. */
export type Move =
  /** Gate it and, where it is allowed, begin. `confirm`: hold it whatever policy says. */
  | { readonly do: 'start'; readonly run: StepRun; readonly confirm: boolean }
  /** Its approval was given. */
  | { readonly do: 'go'; readonly run: StepRun }
  | { readonly do: 'deny'; readonly run: StepRun; readonly why: string }
  /** Call again, or for the first time since the process began. */
  | { readonly do: 'call'; readonly run: StepRun; readonly again: boolean }
  /** A person did it. */
  | { readonly do: 'finish'; readonly run: StepRun }
  | { readonly do: 'skip'; readonly run: StepRun; readonly why: string }
  | { readonly do: 'cancel'; readonly run: StepRun }
  /** Undo what was done. */
  | { readonly do: 'undo'; readonly run: StepRun; readonly again: boolean }
  | { readonly do: 'succeed' }
  | { readonly do: 'fail'; readonly why: string }

/** What the world says of a plan's steps, beside their runs. */
export interface Surroundings {
  readonly now: number
  /** The call, or undoing, of this attempt is under way in this process. */
  readonly underWay: (run: StepRun) => boolean
  /** How the hold on a step stands that waits for a person; `blocked`: asked again, its gate says no. */
  readonly approval: (run: StepRun) => 'pending' | 'approved' | 'rejected' | 'expired' | 'blocked'
  /** Whether the plan as a whole may run: without a hold on it, or when that is approved. */
  readonly plan: 'open' | 'held' | 'denied'
  /** A person reported that a human task is done. */
  readonly reported: (run: StepRun) => boolean
  /** Steps that may begin now in a mode that waits for resumes. */
  readonly resumes: number
}

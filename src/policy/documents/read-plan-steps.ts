/**
 * Steps of plans that come as JSON.
 * @module
 */
import type { z } from 'zod'
import { mostProblems, mostSteps, type StepProblem } from '../../domain/plan/check-steps.js'
import type { PlanStep } from '../../domain/plan/step.js'
import { checkForm, kindOf } from '../language/schema-problems.js'
import { stepForm, stepsOf } from './plan-form.js'

export type PlanStepsReading =
  | { readonly ok: true; readonly steps: PlanStep[] }
  | { readonly ok: false; readonly problems: StepProblem[] }

/**
 * Reads the steps that a caller brings, with the keys of a plan file. What goes beyond the form of each step is for
 * `checkSteps` to find.
 * @param value parsed JSON
 * @returns the steps with their ids; or what is wrong, at most 100 problems, each with its place in the list
 */
export function readPlanSteps(value: unknown): PlanStepsReading {
  if (Array.isArray(value) && value.length > mostSteps) {
    const message = `a plan has ${mostSteps} steps at most; this one has ${value.length}`
    return { ok: false, problems: [{ path: [], message }] }
  }
  if (!Array.isArray(value))
    return { ok: false, problems: [{ path: [], message: `expected a list, found ${kindOf(value)}` }] }
  const steps: z.infer<typeof stepForm>[] = []
  const problems: StepProblem[] = []
  for (const [place, step] of value.entries()) {
    const form = checkForm(stepForm, step)
    if (form.value !== undefined) steps.push(form.value)
    for (const { path, message } of form.problems)
      problems.push({ path: [place, ...(path as (string | number)[])], message })
    if (problems.length >= mostProblems) break
  }
  if (problems.length > 0) return { ok: false, problems: problems.slice(0, mostProblems) }
  return { ok: true, steps: stepsOf(steps) }
}

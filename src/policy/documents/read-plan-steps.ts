/**
 * Steps of plans that come as JSON.
 * @module
 */
import { z } from 'zod'
import { mostProblems, mostSteps, type StepProblem } from '../../domain/plan/check-steps.js'
import type { PlanStep } from '../../domain/plan/step.js'
import { checkForm } from '../language/schema-problems.js'
import { stepForm, stepsOf } from './plan-form.js'

export type PlanStepsReading =
  | { readonly ok: true; readonly steps: PlanStep[] }
  | { readonly ok: false; readonly problems: StepProblem[] }

const steps = z.array(stepForm)

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
  const form = checkForm(steps, value)
  if (form.value !== undefined) return { ok: true, steps: stepsOf(form.value) }
  const problems = form.problems
    .slice(0, mostProblems)
    .map(({ path, message }) => ({ path: path as (string | number)[], message }))
  return { ok: false, problems }
}

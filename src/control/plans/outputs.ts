/** What a plan's steps brought so far. @module */
import type { JsonValue } from '../../domain/json.js'
import { mostInput, tooLarge } from '../../domain/plan/input-size.js'
import type { Plan } from '../../domain/plan/plan.js'
import type { StepRun } from '../../domain/plan/run.js'
import type { Outputs } from '../../domain/plan/step-input.js'
import { pathsIn, type Rendered } from '../../domain/plan/template.js'
import type { Workflow } from '../../domain/workflow.js'
import type { Reader } from '../../store/store.js'

/** The output of a step that is over: of its completion, whoever reported it. */
export function outputOf(tx: Reader, workflow: Workflow, run: StepRun): JsonValue {
  const seq = run.outputSeq ?? tx.step(workflow, run.stepId)?.outputSeq
  if (seq === undefined) return null
  const { output } = JSON.parse(tx.eventBody(seq)) as { output?: JsonValue }
  return output ?? null
}

/** Ids of the steps whose outputs these templates read. */
export function stepsRead(plan: Plan, templates: readonly JsonValue[]): Set<string> {
  const names = new Set(
    templates.flatMap((template) => pathsIn(template)).map((path) => /^steps\.([\w$-]+)/.exec(path)?.[1]),
  )
  return new Set(plan.steps.filter(({ id, name }) => names.has(id) || names.has(name)).map(({ id }) => id))
}

/** The same where a step is to read them: they may be more than it may be given. */
export function outputsFor(
  tx: Reader,
  workflow: Workflow,
  runs: readonly StepRun[],
  wanted: ReadonlySet<string>,
): Rendered<Outputs> {
  let left = mostInput
  for (const run of runs) {
    if (run.outputSeq === undefined || !wanted.has(run.stepId)) continue
    left -= tx.eventBody(run.outputSeq).length
    if (left < 0) return { ok: false, message: `what it reads from other steps is ${tooLarge}` }
  }
  return { ok: true, value: outputsOf(tx, workflow, runs, wanted) }
}

/** Outputs of the steps with these ids that are over, by id. */
export function outputsOf(
  tx: Reader,
  workflow: Workflow,
  runs: readonly StepRun[],
  wanted: ReadonlySet<string>,
): Outputs {
  const outputs = new Map<string, JsonValue>()
  for (const run of runs) {
    if (!wanted.has(run.stepId)) continue
    if (run.state === 'completed') outputs.set(run.stepId, outputOf(tx, workflow, run))
    else if (run.state === 'skipped') outputs.set(run.stepId, null)
  }
  return outputs
}

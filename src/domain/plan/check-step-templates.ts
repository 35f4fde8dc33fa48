/** Whether the templates of a step read only what they may: that much is known before anything runs. @module */
import type { JsonValue } from '../json.js'
import type { PlanStep } from './step.js'
import type { StepProblem } from './step-problem.js'
import { hasOpenBraces, pathsIn, splitTemplatePath } from './template.js'

/** What is known of the plan that a step belongs to. */
export interface PlanAround {
  readonly steps: readonly PlanStep[]
  /** The place, from 0, of the step of this id or name. */
  readonly placeOf: (idOrName: string) => number | undefined
  /** Whether one step comes before another; undefined where steps wait for one another in a circle. */
  readonly before: ((earlier: number, later: number) => boolean) | undefined
}

/** A template of a step, and what is special about it. */
interface Template {
  readonly path: readonly string[]
  readonly value: JsonValue
  /** May read the step's own parameters. */
  readonly parameters: boolean
  /** May read the step's own output. */
  readonly own: boolean
}

function templatesOf({ prompt, parameters, condition, compensation }: PlanStep): Template[] {
  const found: Template[] = []
  const add = (path: readonly string[], value: JsonValue | undefined, more = {}): void => {
    if (value !== undefined) found.push({ path, value, parameters: false, own: false, ...more })
  }
  add(['prompt'], prompt, { parameters: true })
  add(['parameters'], parameters)
  add(['condition', 'value'], condition?.value, { parameters: true })
  add(['condition', 'operand'], condition?.operand, { parameters: true })
  add(['compensation', 'parameters'], compensation?.parameters, { own: true })
  return found
}

/** The roots that every template may read, and whether there is something below them. */
const roots: ReadonlyMap<string, boolean> = new Map([
  ['query', false],
  ['domain', false],
  ['context', true],
])

/**
 * The first twenty problems of a step.
 * @param place of the step in the plan, from 0
 */
export function checkTemplates(place: number, around: PlanAround): StepProblem[] {
  const step = around.steps[place]!
  const problems: StepProblem[] = []
  for (const template of templatesOf(step)) {
    if (hasOpenBraces(template.value))
      problems.push({
        path: [place, ...template.path],
        message: `the step "${step.name}": a {{ without its }}; write {{path}}`,
      })
    for (const path of new Set(pathsIn(template.value))) {
      const why = whyNot(path, template, place, around)
      if (why === undefined) continue
      const message = `the step "${step.name}": {{${shown(path)}}} ${why}`
      problems.push({ path: [place, ...template.path], message })
      if (problems.length === MOST_TOLD) return problems
    }
  }
  return problems
}

/** Of one step; nobody reads more. */
const MOST_TOLD = 20
const MOST_SHOWN = 100
const shown = (path: string): string => (path.length > MOST_SHOWN ? `${path.slice(0, MOST_SHOWN)}…` : path)

function whyNot(path: string, template: Template, place: number, around: PlanAround): string | undefined {
  const elements = splitTemplatePath(path)
  if (!elements) return 'is not a path such as steps.search.output'
  const [root, ...below] = elements as [string, ...string[]]
  const deep = roots.get(root)
  if (deep !== undefined) return deep || below.length === 0 ? undefined : `has nothing below ${root}`
  switch (root) {
    case 'plan':
      return below.length === 1 && /^(?:id|mode)$/.test(below[0]!) ? undefined : 'is not plan.id or plan.mode'
    case 'parameters':
      return template.parameters
        ? undefined
        : "cannot be read here: a step's own parameters are there for its prompt and its condition"
    case 'steps':
      return whyNotStep(below, template, place, around)
    default:
      return 'cannot be read: there are query, domain, context, parameters, plan.id, plan.mode and steps.<name>.output'
  }
}

function whyNotStep(
  [name, output]: readonly string[],
  { own }: Template,
  place: number,
  { placeOf, before }: PlanAround,
): string | undefined {
  if (name === undefined) return 'names no step: write steps.<name>.output'
  const other = placeOf(name)
  if (other === undefined) return 'names no step of the plan'
  if (output !== 'output') return `is not what came out of a step: write steps.${name}.output`
  if (other === place)
    return own ? undefined : 'is what the step itself brings; only its compensation may read it'
  if (before === undefined || before(other, place)) return undefined
  return `is of a step that this one does not wait for: add ${name} to depends_on`
}

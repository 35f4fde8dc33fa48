/**
 * Puts agents, providers, connectors and plans of all files together, and checks what they say of one another.
 * @module
 */
import type { PlanFile, Registry } from '../../domain/agent.js'
import { checkSteps } from '../../domain/plan/check-steps.js'
import { fillFromAgents } from '../../domain/plan/fill-from-agents.js'
import type { PlanStep } from '../../domain/plan/step.js'
import type { PolicyProblem } from '../policy.js'
import { checkReferences, didYouMean, type ReferenceProblem, unpricedModel } from './check-references.js'
import { placeOf, type RegistryDocument } from './registry-document.js'

export interface RegistryReading {
  readonly registry: Registry
  readonly problems: readonly PolicyProblem[]
}

/**
 * Pure. Of things that are declared twice, the first is kept; each other is a problem.
 * @param complete all files could be read: else what is not there may stand in one that could not, and is not asked for
 */
export function assembleRegistry(documents: readonly RegistryDocument[], complete: boolean): RegistryReading {
  const problems: PolicyProblem[] = []
  const unique = withoutDuplicates(documents, problems)
  const registry: Registry = {
    agents: unique.flatMap((each) => (each.kind === 'AgentConfig' ? [each.agent] : [])),
    providers: new Map(
      unique.flatMap((each) => (each.kind === 'Provider' ? [[each.provider.name, each.provider]] : [])),
    ),
    connectors: new Map(
      unique.flatMap((each) => (each.kind === 'Connector' ? [[each.connector.name, each.connector]] : [])),
    ),
    plans: new Map(unique.flatMap((each) => (each.kind === 'Plan' ? [[each.plan.name, each.plan]] : []))),
  }
  for (const each of unique)
    for (const { path, message, severity } of problemsOf(each, complete ? registry : undefined))
      problems.push({ file: each.file, ...placeOf(each, path), message, severity })
  return { registry, problems }
}

function problemsOf(document: RegistryDocument, registry: Registry | undefined): readonly ReferenceProblem[] {
  if (document.kind === 'AgentConfig') return registry ? checkReferences(document.agent.config, registry) : []
  return document.kind === 'Plan' ? problemsOfPlan(document.plan, registry) : []
}

function problemsOfPlan(plan: PlanFile, registry: Registry | undefined): ReferenceProblem[] {
  const steps = fillFromAgents(plan.steps, registry?.agents ?? [], plan.domain)
  const known = new Set(registry?.agents.flatMap(({ config }) => config.agents.map(({ name }) => name)))
  const elsewhere = (step: PlanStep | undefined): boolean =>
    step?.agent !== undefined && !known.has(step.agent)
  const problems: ReferenceProblem[] = []
  for (const problem of checkSteps(steps, registry, didYouMean)) {
    const [place, ...member] = problem.path
    // What a step as a whole lacks, an agent from the database may give.
    if (member.length === 0 && elsewhere(steps[Number(place)])) continue
    problems.push({ ...problem, severity: 'error' })
  }
  for (const [i, step] of steps.entries()) {
    const warn = (member: string, message: string | undefined): void => {
      if (message !== undefined) problems.push({ path: [i, member], message, severity: 'warning' })
    }
    if (!registry) continue
    if (plan.steps[i]?.llm) warn('model', unpricedModel(plan.steps[i].llm, registry))
    if (elsewhere(step)) warn('agent', `no file has the agent "${step.agent}": it has to be in the database`)
  }
  return problems.map((each) => ({ ...each, path: ['steps', ...each.path] }))
}

/** Two of one kind share no name; agents share none within their domain. */
function withoutDuplicates(
  documents: readonly RegistryDocument[],
  problems: PolicyProblem[],
): RegistryDocument[] {
  const first = new Map<string, RegistryDocument>()
  return documents.filter((each) => {
    const [what, name] = nameOf(each)
    const key = `${each.kind} ${name}`
    const other = first.get(key)
    if (!other) {
      first.set(key, each)
      return true
    }
    const { line } = placeOf(other, [])
    const message = `the ${what} "${name}" is declared twice: ${other.file}:${line} has it too`
    problems.push({ file: each.file, ...placeOf(each, []), message, severity: 'error' })
    return false
  })
}

function nameOf(document: RegistryDocument): readonly [what: string, name: string] {
  switch (document.kind) {
    case 'AgentConfig':
      return ['agent', document.agent.id]
    case 'Provider':
      return ['provider', document.provider.name]
    case 'Connector':
      return ['connector', document.connector.name]
    case 'Plan':
      return ['plan', document.plan.name]
  }
}

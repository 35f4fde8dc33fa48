/**
 * Whether the providers, models, connectors and operations that agents name are declared.
 * @module
 */
import type { AgentConfig, ModelUse, Registry } from '../../domain/agent.js'
import {
  type Suggest,
  unknownCall,
  unknownConnector,
  unknownProvider,
} from '../../domain/plan/known-calls.js'
import { suggestion } from '../language/nearest.js'

/** Something an agent or a plan names that is not there, or has no price. */
export interface ReferenceProblem {
  /** With the keys of the document: `['agents', 0, 'connector', 'name']`. */
  readonly path: readonly (string | number)[]
  readonly message: string
  /** `warning`: it can run all the same. */
  readonly severity: 'error' | 'warning'
}

/** The nearest name, or all there are. */
export const didYouMean: Suggest = (word, known) =>
  known.length === 0 ? '; there are none' : suggestion(word, known)

/** Checks one configuration against what the policy folder declares. */
export function checkReferences(
  { agents, routing }: AgentConfig,
  registry: Pick<Registry, 'providers' | 'connectors'>,
): ReferenceProblem[] {
  const problems: ReferenceProblem[] = []
  const error = (path: readonly (string | number)[], message: string | undefined): void => {
    if (message !== undefined) problems.push({ path, message, severity: 'error' })
  }
  agents.forEach(({ llm, connector }, i) => {
    const call = connector && { connector: connector.name, operation: connector.operation }
    const wrong = call && unknownCall(call, registry, didYouMean)
    if (wrong)
      error(['agents', i, 'connector', wrong.member === 'connector' ? 'name' : 'operation'], wrong.message)
    if (!llm) return
    error(['agents', i, 'llm', 'provider'], unknownProvider(llm.provider, registry, didYouMean))
    const message = unpricedModel(llm, registry)
    if (message !== undefined)
      problems.push({ path: ['agents', i, 'llm', 'model'], message, severity: 'warning' })
  })
  routing.forEach(({ connector, agent }, i) => {
    if (connector === undefined) return
    // It stands in for the agent's own, which is asked for the same operation.
    const operation = agents.find(({ name }) => name === agent)?.connector?.operation
    const message =
      operation === undefined
        ? unknownConnector(connector, registry, didYouMean)
        : unknownCall({ connector, operation }, registry, didYouMean)?.message
    error(['routing', i, 'connector'], message)
  })
  return problems
}

/** A sentence where a provider that is there does not list the model. */
export function unpricedModel(
  { provider, model }: ModelUse,
  { providers }: Pick<Registry, 'providers'>,
): string | undefined {
  const found = providers.get(provider)
  if (!found || Object.hasOwn(found.models, model)) return undefined
  return `the provider "${provider}" does not list the model "${model}": its cost will not be known`
}

/**
 * What one document says of agents, providers, connectors or plans, with the places that are needed to say later what
 * is wrong with it among the others. Plain data: readings are kept as JSON.
 * @module
 */
import type { AgentResource, Connector, PlanFile, Provider } from '../../domain/agent.js'
import type { Place } from '../language/yaml-documents.js'

interface Written {
  readonly file: string
  /** Places by path below `spec`, such as `agents.0.llm.provider`; the empty path is the document's name. */
  readonly places: Readonly<Record<string, Place>>
}

export type RegistryDocument = Written &
  (
    | { readonly kind: 'AgentConfig'; readonly agent: AgentResource }
    | { readonly kind: 'Provider'; readonly provider: Provider }
    | { readonly kind: 'Connector'; readonly connector: Connector }
    | { readonly kind: 'Plan'; readonly plan: PlanFile }
  )

/** Where a path stands, or the nearest place above it. */
export function placeOf({ places }: Written, path: readonly (string | number)[]): Place {
  for (let depth = path.length; depth > 0; depth--) {
    const key = path.slice(0, depth).join('.')
    if (Object.hasOwn(places, key)) return places[key]!
  }
  return places['']!
}

/** Whether what a step or an agent wants to call is declared. @module */
import type { Connector, Provider } from '../agent.js'
import type { ConnectorCall } from './step.js'

/** All that may be called. */
export interface KnownCalls {
  readonly connectors: ReadonlyMap<string, Connector>
  readonly providers: ReadonlyMap<string, Provider>
}

/** Goes after the name of something that is not there: what may have been meant. */
export type Suggest = (word: string, known: readonly string[]) => string

const MOST_NAMED = 10

/** `; known are a, b`. */
export const namesKnown: Suggest = (_, known) => {
  if (known.length === 0) return '; there are none'
  const more = known.length > MOST_NAMED ? `, and ${known.length - MOST_NAMED} more` : ''
  return `; known are ${known.slice(0, MOST_NAMED).join(', ')}${more}`
}

/** What a connector can do: its operations, or the tools that may be called. */
export const operationsOf = (connector: Connector): readonly string[] =>
  connector.type === 'http' ? Object.keys(connector.operations) : connector.tools

/** What is wrong with a call, and in which of its members; undefined where it is declared. */
export function unknownCall(
  { connector, operation }: ConnectorCall,
  { connectors }: Pick<KnownCalls, 'connectors'>,
  suggest: Suggest = namesKnown,
): { readonly member: 'connector' | 'operation'; readonly message: string } | undefined {
  const found = connectors.get(connector)
  if (!found) return { member: 'connector', message: noConnector(connector, connectors, suggest) }
  const operations = operationsOf(found)
  if (operations.includes(operation)) return undefined
  const what = found.type === 'http' ? 'operation' : 'tool'
  const message = `the connector "${connector}" has no ${what} "${operation}"${suggest(operation, operations)}`
  return { member: 'operation', message }
}

/** A sentence where there is no connector of that name. */
export const unknownConnector = (
  name: string,
  { connectors }: Pick<KnownCalls, 'connectors'>,
  suggest: Suggest = namesKnown,
): string | undefined => (connectors.has(name) ? undefined : noConnector(name, connectors, suggest))

const noConnector = (name: string, connectors: KnownCalls['connectors'], suggest: Suggest): string =>
  `there is no connector "${name}"${suggest(name, [...connectors.keys()])}`

/** A sentence where there is no provider of that name. */
export function unknownProvider(
  name: string,
  { providers }: Pick<KnownCalls, 'providers'>,
  suggest: Suggest = namesKnown,
): string | undefined {
  return providers.has(name)
    ? undefined
    : `there is no provider "${name}"${suggest(name, [...providers.keys()])}`
}

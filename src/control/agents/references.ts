/** Whether what an agent configuration reaches is declared. @module */
import type { AgentConfig, Registry } from '../../domain/agent.js'
import type { FieldProblem } from '../../domain/errors.js'
import { unknownCall, unknownProvider } from '../../domain/plan/known-calls.js'

/** Providers, connectors and operations that a configuration names and no document of the policy folder declares. */
export function missingReferences(config: AgentConfig, registry: Registry): FieldProblem[] {
  const problems: FieldProblem[] = []
  for (const [i, { llm, connector }] of config.agents.entries()) {
    const missing = llm && unknownProvider(llm.provider, registry)
    if (missing !== undefined) problems.push({ field: `config.agents[${i}].llm.provider`, message: missing })
    const unknown =
      connector && unknownCall({ connector: connector.name, operation: connector.operation }, registry)
    if (!unknown) continue
    const member = unknown.member === 'connector' ? 'name' : 'operation'
    problems.push({ field: `config.agents[${i}].connector.${member}`, message: unknown.message })
  }
  for (const [i, { connector, agent }] of config.routing.entries()) {
    if (connector === undefined) continue
    // A rule's connector stands in for its agent's own, with the same operation.
    const operation = config.agents.find(({ name }) => name === agent)?.connector?.operation
    const unknown = operation !== undefined && unknownCall({ connector, operation }, registry)
    if (unknown) problems.push({ field: `config.routing[${i}].connector`, message: unknown.message })
  }
  return problems
}

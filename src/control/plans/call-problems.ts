/** Calls of a plan that are sure to be refused when their step runs. @module */
import type { Connector, Provider, Registry } from '../../domain/agent.js'
import type { PlanStep } from '../../domain/plan/step.js'
import type { StepProblem } from '../../domain/plan/step-problem.js'
import { urlRefusal } from '../../outbound/address-guard.js'

/**
 * Private addresses that are written out without `allow_private`, and models that their provider does not list. What a
 * host name stands for is only known when it is called.
 */
export function callProblems(
  steps: readonly PlanStep[],
  { connectors, providers }: Pick<Registry, 'connectors' | 'providers'>,
): readonly StepProblem[] {
  return steps.flatMap((step, place) => {
    const problems: StepProblem[] = []
    const tell = (path: readonly string[], message: string) =>
      problems.push({ path: [place, ...path], message: `the step "${step.name}": ${message}` })
    const called = [
      { path: ['connector'], name: step.call?.connector },
      { path: ['compensation', 'connector'], name: step.compensation?.connector },
    ]
    for (const { path, name } of called) {
      const why = refusedConnector(name === undefined ? undefined : connectors.get(name))
      if (why !== undefined) tell(path, `the connector "${name}": ${why}`)
    }
    const provider = step.llm && providers.get(step.llm.provider)
    if (!step.llm || !provider) return problems
    const why = refused(provider.baseUrl, provider.allowPrivate)
    if (why !== undefined) tell(['provider'], `the provider "${provider.name}": ${why}`)
    if (!lists(provider, step.llm.model)) tell(['model'], unlisted(provider, step.llm.model))
    return problems
  })
}

function refusedConnector(connector: Connector | undefined): string | undefined {
  if (!connector || connector.type === 'mcp-stdio') return undefined
  return refused(connector.type === 'http' ? connector.baseUrl : connector.url, connector.allowPrivate)
}

const refused = (url: string, allowPrivate: boolean): string | undefined =>
  URL.canParse(url) ? urlRefusal(new URL(url), allowPrivate) : undefined

/** A provider that lists none is asked for any. */
const lists = ({ models }: Provider, model: string): boolean =>
  Object.keys(models).length === 0 || Object.hasOwn(models, model)

const unlisted = ({ name, models }: Provider, model: string): string =>
  `the provider "${name}" does not list the model "${model}"; it lists ${Object.keys(models).join(', ')}`

/** What a plan will cost, as far as it can be known before. @module */
import type { Provider } from '../agent.js'
import type { PlanEstimate } from './plan.js'
import type { PlanStep } from './step.js'

/** Tokens that a model is taken to write where its step sets no limit. */
const usualTokensOut = 500

/** Four characters a token, as is usual for English text; templates count as they are written. */
const tokensIn = (prompt: string): number => Math.ceil(prompt.length / 4)

/**
 * Estimate the steps that call a model, by the providers' price tables. A step without a known price counts as 0 and its
 * model is named in `unpriced`.
 * @param query the prompt of steps that have none of their own
 */
export function estimateSteps(
  steps: readonly PlanStep[],
  providers: ReadonlyMap<string, Provider>,
  query = '',
): PlanEstimate {
  const unpriced = new Set<string>()
  const breakdown = steps.flatMap(({ name, type, llm, prompt }) => {
    if (!llm || (type !== 'llm-call' && type !== 'synthesis')) return []
    const price = providers.get(llm.provider)?.models[llm.model]
    const read = tokensIn(prompt ?? query)
    const written = llm.maxTokens ?? usualTokensOut
    const { inputUsdPerMillion, outputUsdPerMillion } = price ?? {}
    const known = inputUsdPerMillion !== undefined && outputUsdPerMillion !== undefined
    if (!known) unpriced.add(`${llm.provider}/${llm.model}`)
    const usd = known ? (read * inputUsdPerMillion + written * outputUsdPerMillion) / 1e6 : 0
    return [
      { stepName: name, provider: llm.provider, model: llm.model, tokensIn: read, tokensOut: written, usd },
    ]
  })
  return {
    usd: rounded(breakdown.reduce((sum, { usd }) => sum + usd, 0)),
    breakdown: breakdown.map((entry) => ({ ...entry, usd: rounded(entry.usd) })),
    unpriced: [...unpriced].sort(),
  }
}

/** To a millionth of a cent: sums of fractions carry no tails. */
const rounded = (usd: number): number => Math.round(usd * 1e8) / 1e8

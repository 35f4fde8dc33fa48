import type { PolicyEngine } from './engine.js'

/** The engine while no policy set is loaded: everything is a fault, and so every gate blocks. */
export function unloadedEngine(reason: string): PolicyEngine {
  const judgement = Object.freeze({
    revision: '',
    matches: [],
    facts: {},
    fault: { code: 'no_policy_revision', message: `No policy revision is loaded: ${reason}` },
  } as const)
  return {
    revision: {
      id: '',
      digest: '',
      loadedAt: 0,
      counts: {
        policies: 0,
        yaml: 0,
        rego: 0,
        shards: 0,
        tests: 0,
        agents: 0,
        providers: 0,
        connectors: 0,
        plans: 0,
      },
    },
    policies: [],
    readsSteps: false,
    historyFacts: [],
    evaluate: () => judgement,
  }
}

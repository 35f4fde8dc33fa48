/**
 * Agent configurations that come as JSON.
 * @module
 */
import type { AgentConfig } from '../../domain/agent.js'
import { checkForm } from '../language/schema-problems.js'
import { agentConfigOf, agentSpec } from './agent-form.js'

export type CheckedAgentConfig =
  | { readonly ok: true; readonly config: AgentConfig }
  | { readonly ok: false; readonly fields: readonly { readonly field: string; readonly message: string }[] }

/** Wrong fields that are told: nobody reads more. */
const MOST_FIELDS = 100

/**
 * Checks a configuration by the rules of the files (MAP contract §3.1).
 * @param document `{execution?, agents, routing?, synthesis?}` with the keys of the file, parsed JSON
 * @returns the configuration with its defaults, or every field that is wrong, such as `agents[0].llm.model`
 */
export function checkAgentConfig(document: unknown): CheckedAgentConfig {
  const { value, problems } = checkForm(agentSpec, document)
  if (value !== undefined) return { ok: true, config: agentConfigOf(value) }
  return {
    ok: false,
    fields: problems.slice(0, MOST_FIELDS).map(({ path, message }) => ({ field: fieldOf(path), message })),
  }
}

/** A path as people write it; the whole document is `config`. */
export function fieldOf(path: readonly PropertyKey[]): string {
  const text = path.map((each) => (typeof each === 'number' ? `[${each}]` : `.${String(each)}`)).join('')
  return text === '' ? 'config' : text.replace(/^\./, '')
}

/** What a caller wants an agent to be, checked against the rules for configurations and what is declared. @module */
import type { Registry } from '../../domain/agent.js'
import type { AgentDefinition } from '../../domain/agent-changes.js'
import { type FieldProblem, type Refusal, refuse } from '../../domain/errors.js'
import type { Identity } from '../../domain/identity.js'
import type { JsonObject, JsonValue } from '../../domain/json.js'
import { checkAgentConfig } from '../../policy/documents/check-agent-config.js'
import type { Ports } from '../ports.js'
import { missingReferences } from './references.js'

/** A definition as it came; what is absent stays as it is, or takes its default. */
export interface AskedAgent
  extends Partial<Pick<AgentDefinition, 'name' | 'domain' | 'description' | 'active'>> {
  /** The configuration, not looked into yet. */
  readonly document?: JsonValue
  /** What was found wrong while reading it. */
  readonly problems: readonly FieldProblem[]
}

/** Bytes of a configuration as JSON. */
const configLimit = 256 * 1024

/** All that is wrong with it, or what it says. */
export function checkAsked(
  { problems, document, ...given }: AskedAgent,
  registry: Registry,
): Partial<AgentDefinition> | Refusal {
  if (document === undefined) return problems.length > 0 ? invalidAgent(problems) : given
  const checked = checkDocument(document, registry)
  const all = [...problems, ...('problems' in checked ? checked.problems : [])]
  if (all.length > 0 || 'problems' in checked) return invalidAgent(all)
  return { ...given, config: checked.config, document: document as JsonObject }
}

/** Say what is wrong with a definition, and change nothing. */
export async function validateAgent(
  ports: Ports,
  _identity: Identity,
  { problems, document }: AskedAgent,
): Promise<readonly FieldProblem[]> {
  if (document === undefined) return problems
  const checked = checkDocument(document, ports.registry())
  return 'problems' in checked ? [...problems, ...checked.problems] : problems
}

function checkDocument(
  document: JsonValue,
  registry: Registry,
): { config: AgentDefinition['config'] } | { problems: readonly FieldProblem[] } {
  const size = Buffer.byteLength(JSON.stringify(document))
  if (size > configLimit) {
    const message = `has ${size} bytes as JSON; at most ${configLimit} are kept`
    return { problems: [{ field: 'config', message }] }
  }
  const checked = checkAgentConfig(document)
  if (!checked.ok)
    return { problems: checked.fields.map(({ field, message }) => ({ field: inConfig(field), message })) }
  const missing = missingReferences(checked.config, registry)
  return missing.length > 0 ? { problems: missing } : { config: checked.config }
}

/** The whole document is called `config` by its check already. */
const inConfig = (field: string): string => (field === 'config' ? field : `config.${field}`)

/** A definition with something wrong in it: every field is named, the first one in the sentence. */
export function invalidAgent(fields: readonly FieldProblem[]): Refusal {
  const [{ field, message } = { field: '', message: '' }] = fields
  // Some problems are said of their field, others are sentences of their own.
  const joint = /^(must|is|can|has) /.test(message) ? '' : ':'
  const more = fields.length > 1 ? ` (and ${fields.length - 1} more)` : ''
  return { ...refuse('INVALID_AGENT', { message: `${field}${joint} ${message}${more}` }), fields }
}

/** Agents on the wire (MAP contract §3). @module */
import type { AgentAtVersion } from '../../control/agents/read-agents.js'
import type { AgentTest, Finding } from '../../control/agents/test-agent.js'
import type { AgentResource } from '../../domain/agent.js'
import type { AgentVersion } from '../../domain/agent-version.js'
import type { FieldProblem } from '../../domain/errors.js'
import { instant } from '../../domain/instant.js'
import { wireMatch } from './gate.js'

/** An agent. `config` and `spec` are the same: readers of either name find it. */
export function wireAgent(agent: AgentResource): Record<string, unknown> {
  const { description, createdAt, updatedAt, rollout } = agent
  return {
    id: agent.id,
    name: agent.name,
    domain: agent.domain,
    ...given('description', description),
    spec: agent.document,
    config: agent.document,
    version: agent.version,
    is_active: agent.active,
    source: agent.source,
    ...(createdAt === undefined ? {} : { created_at: instant(createdAt) }),
    ...(updatedAt === undefined ? {} : { updated_at: instant(updatedAt) }),
    read_only: agent.source === 'file',
    ...given('rollout', rollout),
  }
}

/** A change in an agent's history. */
export const wireVersion = (v: AgentVersion): Record<string, unknown> => ({
  version: v.version,
  change_type: v.change,
  changed_at: instant(v.changedAt),
  changed_by: v.changedBy,
  change_summary: v.summary,
})

/** An agent as it was. */
export const wireAgentAtVersion = ({ agent, version }: AgentAtVersion): Record<string, unknown> => ({
  agent: wireAgent(agent),
  ...(version ? { version: wireVersion(version) } : {}),
})

/** What is said of a configuration that nobody keeps. */
export function wireValidity(problems: readonly FieldProblem[]): Record<string, unknown> {
  const count = problems.length
  return count === 0
    ? { valid: true, summary: 'Configuration is valid' }
    : { valid: false, errors: problems, summary: `Found ${count} validation error(s)` }
}

/** What a sandbox test found out. `tasks_executed` counts the steps that were tried: none was really executed. */
export function wireAgentTest({ plan, steps, errors, elapsedMs }: AgentTest): Record<string, unknown> {
  const finding = ({ decision, reason, policies }: Finding) => ({
    decision,
    reason,
    policies: policies.map(wireMatch),
  })
  const result = plan && {
    execution_mode: plan.mode,
    estimated_cost_usd: plan.estimate.usd,
    ...finding(plan.finding),
    steps: steps.map((tried) => ({
      id: tried.step.id,
      name: tried.step.name,
      ...given('agent', tried.step.agent),
      type: tried.step.type,
      depends_on: tried.step.dependsOn,
      ...given('input', tried.input),
      ...finding(tried),
    })),
    ...given('unmatched', plan.planning.unmatched),
  }
  return {
    success: errors.length === 0,
    result: result ?? { steps: [] },
    execution_time_ms: elapsedMs,
    tasks_executed: steps.length,
    errors,
  }
}

/** A member that is left out where there is nothing to say. */
export const given = <N extends string, T>(name: N, value: T | undefined) =>
  (value === undefined ? {} : { [name]: value }) as { [K in N]?: T }

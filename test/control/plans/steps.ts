/** Steps that tests plan, who plans them, and the policies they pass. */
import { fileURLToPath } from 'node:url'
import { isRefusal, type Refusal } from '#src/domain/errors.js'
import type { Identity } from '#src/domain/identity.js'
import type { PlanStep } from '#src/domain/plan/step.js'

export const caller: Identity = { org: 'local', tenant: 'community', client: 'community', open: true }

export const policies = fileURLToPath(new URL('policies', import.meta.url))

/** A call of the connector `world`, named after its operation. */
export function call(operation: string, dependsOn: string[] = [], more: Partial<PlanStep> = {}): PlanStep {
  return {
    id: operation,
    name: operation,
    type: 'connector-call',
    call: { connector: 'world', operation },
    parameters: { at: operation },
    dependsOn,
    ...more,
  }
}

/** A verb's answer, which must be no refusal. */
export function ok<T>(value: T | Refusal): T {
  if (isRefusal(value)) throw new Error(JSON.stringify(value))
  return value
}

// The gate as a library: policies from a folder, a record in a file, decisions as values.
import { isRefusal, openPolicies, openStepgate } from 'stepgate'

const policies = await openPolicies({ folder: new URL('../../policies', import.meta.url).pathname })
const gate = await openStepgate({
  database: process.env.DATABASE ?? 'file:./data/in-process.db',
  engine: () => policies.engine(),
})
const me = { org: 'local', tenant: 'research', client: 'research', user: 'ada', open: true }

const workflow = await gate.createWorkflow(me, { name: 'summaries', source: 'external', metadata: {} })
if (isRefusal(workflow)) throw new Error(workflow.refused)

for (const [step, prompt] of [
  ['summarise', 'Summarise the minutes of yesterday'],
  ['bill', 'Charge 4111 1111 1111 1111 for the trip'],
]) {
  const reply = await gate.checkGate(me, workflow.id, step, {
    stepType: 'llm_call',
    stepInput: { prompt },
    retryPolicy: 'idempotent',
    idempotencyKey: '',
    includePriorOutput: false,
  })
  console.log(
    isRefusal(reply) ? `${step}: refused ${reply.refused}` : `${step}: ${reply.decision} (${reply.reason})`,
  )
}

await gate.close()
await policies.close()

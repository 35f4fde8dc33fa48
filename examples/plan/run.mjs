/** From a query to its result: plan, execute, approve, and look at what happened. */
const gate = process.env.STEPGATE_URL ?? 'http://127.0.0.1:8080'

async function ask(method, path, body) {
  const reply = await fetch(`${gate}${path}`, { method, ...(body ? { body: JSON.stringify(body) } : {}) })
  return reply.json()
}

const plan = await ask('POST', '/api/v1/plan', {
  query: process.argv[2] ?? 'Look up the price of tin; look up the price of zinc; then order tin',
})
for (const { step_id, agent, task } of plan.planning.choices)
  console.log(`${step_id}: ${agent} takes "${task}"`)

const context = { plan_id: plan.plan_id }
const run = await ask('POST', '/api/v1/plan/execute', { query: '', context })
console.log(`executed: ${run.status}`)
if (run.approval_info) {
  console.log(`waits: ${run.approval_info.reason}`)
  await ask('POST', `/api/v1/plans/${plan.plan_id}/steps/${run.approval_info.step_id}/approve`, {
    comment: 'within this quarter’s budget',
  })
}

let state = await ask('GET', `/api/v1/plan/${plan.plan_id}`)
while (state.status === 'running') {
  await new Promise((resolve) => setTimeout(resolve, 50))
  state = await ask('GET', `/api/v1/plan/${plan.plan_id}`)
}
console.log(`plan: ${state.status}`)
for (const step of await ask('GET', `/api/v1/executions/${plan.plan_id}/timeline`))
  console.log(`  ${step.step_name}: ${step.status}`)

// The first commands of the README, from outside: start the sidecar as a newcomer does, gate one step, stop it.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const root = join(import.meta.dirname, '../..')
const data = await mkdtemp(join(tmpdir(), 'stepgate-first-gate-'))
// A group of its own: npm does not pass a signal on to what its shell runs.
const npm = spawn('npm', ['start', '--', '--port', '0', '--database', join(data, 'stepgate.db')], {
  cwd: root,
  detached: true,
  stdio: ['ignore', 'pipe', 'inherit'],
})
const ended = once(npm, 'exit')
const lines = createInterface({ input: npm.stdout })[Symbol.asyncIterator]()

try {
  const { port } = await logged('listening')
  const api = `http://127.0.0.1:${port}/api/v1/workflows`
  const { workflow_id: id } = await post(api, { workflow_name: 'first', source: 'external' })
  const reply = await post(`${api}/${id}/steps/one/gate`, { step_type: 'llm_call', model: 'gpt-4o-mini' })
  assert.ok(['allow', 'block', 'require_approval'].includes(reply.decision), JSON.stringify(reply))
  assert.ok(!reply.policy_ids?.includes('no_policy_revision'), 'no policies are loaded')
  console.log(`decision: ${reply.decision} (${reply.decision_id})`)
  process.kill(-npm.pid, 'SIGTERM')
  await logged('stopped')
  await ended
} finally {
  if (npm.exitCode === null && npm.signalCode === null) process.kill(-npm.pid, 'SIGKILL')
  await rm(data, { recursive: true, force: true })
}

/** The next log line with this message. */
async function logged(msg) {
  for (;;) {
    const { value, done } = await lines.next()
    if (done) throw new Error(`the sidecar ended before it said "${msg}"`)
    const entry = value.startsWith('{') ? JSON.parse(value) : {}
    if (entry.msg === msg) return entry
    console.log(value)
  }
}

async function post(url, body) {
  const headers = { 'content-type': 'application/json' }
  const reply = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  const text = await reply.text()
  assert.ok(reply.ok, `${url}: ${reply.status} ${text}`)
  return JSON.parse(text)
}

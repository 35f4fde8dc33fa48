import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { blockTool, endAll, folderWith, run, type Serving, serve, start, writeFiles } from './process.js'

afterAll(endAll)

const policies = folderWith({ 'rm.yaml': blockTool('no-rm', 'rm') })
const withPolicies = ['--policies', policies]

async function newWorkflow(gate: Serving): Promise<string> {
  const { body } = await gate.post('/api/v1/workflows', { workflow_name: 'w' })
  return body.workflow_id
}

const shopDocument = (url: string) => `
apiVersion: stepgate.dev/v1
kind: Connector
metadata: { name: shop }
spec:
  type: http
  base_url: ${url}
  allow_private: true
  operations: { order: { method: POST, path: /order, idempotent: true } }
`

const gatePath = (workflow: string, step: string) => `/api/v1/workflows/${workflow}/steps/${step}/gate`
const rm = { step_type: 'tool_call', tool_context: { tool_name: 'rm' } }

describe.concurrent('a sidecar', () => {
  it('says what it runs with and where it listens, and decides by the policies', async () => {
    const gate = await serve(withPolicies, { env: { STEPGATE_ORG: 'acme' } })
    expect(gate.log()[0]).toMatchObject({
      msg: 'starting',
      settings: { org: 'acme', approval_ttl: '24h' },
      from: { org: 'STEPGATE_ORG', port: '--port', policies: '--policies' },
    })
    const { revision, host } = await gate.logged('listening')
    expect(host).toBe('127.0.0.1')
    expect(await gate.get('/api/v1/policies/revision')).toMatchObject({ status: 200, body: { id: revision } })
    const reply = await gate.post(gatePath(await newWorkflow(gate), 's'), rm)
    expect(reply.body).toMatchObject({ decision: 'block', policy_ids: ['no-rm'] })
    expect(await gate.stop()).toBe(0)
  })

  it('keeps what it decided over a restart', async () => {
    const database = join(folderWith(), 'deep/gate.db')
    const before = await serve([...withPolicies, '--database', database])
    const workflow = await newWorkflow(before)
    const first = await before.post(gatePath(workflow, 's'), rm)
    expect(await before.stop()).toBe(0)
    const after = await serve([...withPolicies, '--database', `file:${database}`])
    const again = await after.post(gatePath(workflow, 's'), rm)
    expect(again.body.decision_id).toBe(first.body.decision_id)
  })

  it('writes no request into its log unless asked to, and never a body', async () => {
    const [quiet, loud] = await Promise.all([
      serve(withPolicies),
      serve([...withPolicies, '--log-level', 'debug']),
    ])
    for (const gate of [quiet, loud]) {
      await gate.post(gatePath(await newWorkflow(gate), 's'), {
        ...rm,
        step_input: { card: '4111111111111111' },
      })
      await gate.stop()
    }
    const answered = (gate: Serving) => gate.log().filter(({ msg }) => msg === 'answered')
    expect(answered(quiet)).toEqual([])
    expect(answered(loud)).toEqual([
      expect.objectContaining({ level: 'debug', method: 'POST', path: '/api/v1/workflows', status: 201 }),
      expect.objectContaining({ path: expect.stringMatching(/\/steps\/s\/gate$/), status: 200 }),
    ])
    expect(loud.stdout()).not.toContain('4111')
  })

  it('goes on without a policy cache where none can be made, and says so', async () => {
    const folder = join(folderWith({ file: '' }), 'file')
    for (const cache of [`${folder}/cache`, '/proc/x/cache']) {
      const gate = await serve([...withPolicies, '--policy-cache', cache])
      const { level } = await gate.logged(new RegExp(`^the policy cache ${cache} cannot be made`))
      expect(level).toBe('warn')
      expect((await gate.get('/health/ready')).status).toBe(200)
    }
  })

  it('writes down that a hold timed out, without being asked', async () => {
    const hold = folderWith({
      'hold.yaml': blockTool('hold', 'pay').replace('action: block', 'action: require_approval'),
    })
    const gate = await serve(['--policies', hold, '--approval-ttl', '1s'])
    const workflow = await newWorkflow(gate)
    const held = { step_type: 'tool_call', tool_context: { tool_name: 'pay' } }
    expect((await gate.post(gatePath(workflow, 's'), held)).body.decision).toBe('require_approval')
    expect(await gate.logged('approvals expired')).toMatchObject({ expired: 1 })
  })
})

describe.concurrent('policies that change under a sidecar', () => {
  it('are live a moment later, and a bad set leaves the good one live, with the place of the mistake in log and probe', async () => {
    const folder = folderWith({ 'rm.yaml': blockTool('no-rm', 'rm') })
    const gate = await serve(['--policies', folder])
    const workflow = await newWorkflow(gate)
    writeFiles(folder, { 'rm.yaml': blockTool('no-rm', 'rm').replace('equals', 'equal') })
    expect(await gate.logged(/^policies refused/)).toMatchObject({ level: 'error' })
    const place = `${join(folder, 'rm.yaml')}:5:`
    expect(await gate.logged(new RegExp(`^${place}\\d+: `))).toMatchObject({
      level: 'error',
      file: 'rm.yaml',
      line: 5,
    })
    const probe = await gate.get('/health/ready')
    expect(probe.status).toBe(200)
    expect(probe.body.policies_refused.problems[0]).toContain(place)
    expect((await gate.post(gatePath(workflow, 'one'), rm)).body.policy_ids).toEqual(['no-rm'])

    writeFiles(folder, { 'rm.yaml': blockTool('never-rm', 'rm') })
    while ((await gate.get('/health/ready')).body.policies_refused)
      await new Promise((r) => setTimeout(r, 20))
    expect((await gate.post(gatePath(workflow, 'two'), rm)).body.policy_ids).toEqual(['never-rm'])
  })

  it('that cannot be loaded at the start leave it unready and blocking, until they are mended', async () => {
    const folder = folderWith({ 'rm.yaml': 'kind: Nothing\n' })
    const gate = await serve(['--policies', folder])
    expect(await gate.logged('listening')).toMatchObject({ revision: '' })
    expect(await gate.get('/health/ready')).toMatchObject({ status: 503, body: { policy_revision: 'none' } })
    expect((await gate.get('/health/live')).status).toBe(200)
    const workflow = await newWorkflow(gate)
    const reply = await gate.post(gatePath(workflow, 's'), { step_type: 'llm_call' })
    expect(reply.body).toMatchObject({ decision: 'block', policy_ids: ['no_policy_revision'] })

    writeFiles(folder, { 'rm.yaml': blockTool('no-rm', 'rm') })
    await gate.logged('policies loaded')
    expect((await gate.get('/health/ready')).status).toBe(200)
  })
})

describe.concurrent('stopping', () => {
  it('answers the request under way, refuses new connections, and ends with 0', async () => {
    const gate = await serve(withPolicies)
    const path = gatePath(await newWorkflow(gate), 's')
    const body = JSON.stringify(rm)
    const socket = connect(gate.port, '127.0.0.1')
    let received = ''
    socket.on('data', (data) => {
      received += data
    })
    const closed = once(socket, 'close')
    socket.write(
      `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${body.length}\r\n\r\n${body.slice(0, 9)}`,
    )
    // Answered after what was sent before it on another connection.
    await gate.get('/health/live')
    gate.child.kill('SIGTERM')
    await gate.logged('stopping')
    await expect.poll(() => connecting(gate.port)).toBe('ECONNREFUSED')
    socket.write(body.slice(9))
    await closed
    expect(received).toMatch(/^HTTP\/1.1 200[\s\S]*connection: close[\s\S]*"decision":"block"/i)
    expect(await gate.ended).toBe(0)
    await gate.logged('stopped')
  })

  it('answers whoever waits for a plan, and goes on with the plan after the next start', async () => {
    const held: ServerResponse[] = []
    const shop = createServer((_, response) => void held.push(response))
    await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(shop.address() as AddressInfo).port}`
    const documents = folderWith({ 'shop.yaml': shopDocument(url) })
    const cwd = folderWith()
    const gate = await serve(['--policies', documents], { cwd })
    const steps = [{ name: 'order', type: 'connector-call', connector: 'shop', operation: 'order' }]
    const { body } = await gate.post('/api/v1/plan', { query: 'order', steps })
    const context = { plan_id: body.plan_id }
    const waiting = gate.post('/api/v1/plan/execute', { query: '', context })
    await expect.poll(() => held.length).toBe(1)
    gate.child.kill('SIGTERM')
    expect((await waiting).body).toMatchObject({ plan_id: body.plan_id, status: 'executing' })
    expect(await gate.ended).toBe(0)

    const next = await serve(['--policies', documents], { cwd })
    await expect.poll(() => held.length).toBe(2)
    held[1]?.end('{}')
    const status = async () => (await next.get(`/api/v1/plan/${body.plan_id}`)).body.status
    await expect.poll(status).toBe('completed')
    shop.closeAllConnections()
    shop.close()
  })

  it('takes a signal that comes twice at once, as from npm under Ctrl-C, for one', async () => {
    const gate = await serve(withPolicies)
    gate.child.kill('SIGINT')
    gate.child.kill('SIGINT')
    expect(await gate.ended).toBe(0)
    await gate.logged('stopped')
  })

  it('does not wait for a second signal', async () => {
    const gate = await serve(withPolicies)
    const path = gatePath(await newWorkflow(gate), 's')
    const socket = connect(gate.port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write(`POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 99\r\n\r\n{`)
    await gate.get('/health/live')
    gate.child.kill('SIGTERM')
    await gate.logged('stopping')
    gate.child.kill('SIGINT')
    expect(await gate.ended).toBe(1)
    await gate.logged(/second time/)
  })

  it('works while it is still starting', async () => {
    const starting = start(['serve', '--port', '0', ...withPolicies], {
      env: { STEPGATE_POLICY_CACHE: folderWith() },
    })
    await once(starting.child.stdout!, 'data')
    starting.child.kill('SIGINT')
    expect(await starting.ended).toBe(0)
  })
})

describe.concurrent('a sidecar that cannot start says why', () => {
  it('when another one has the database', async () => {
    const database = join(folderWith(), 'gate.db')
    const first = await serve([...withPolicies, '--database', database])
    const second = await run(['serve', '--port', '0', ...withPolicies, '--database', database])
    expect(second.code).toBe(1)
    expect(second.stdout).toContain(`is in use by another process (pid ${first.child.pid})`)
  })

  it('when the port is taken', async () => {
    const first = await serve(withPolicies)
    const second = await run(['serve', '--port', String(first.port), ...withPolicies])
    expect(second.code).toBe(1)
    expect(second.stdout).toContain(`port ${first.port} of 127.0.0.1 is taken`)
  })

  it('when others could reach it without authentication', async () => {
    const { code, stderr } = await run(['serve', '--host', '0.0.0.0'])
    expect(code).toBe(2)
    expect(stderr).toMatch(/^error: host 0\.0\.0\.0 .*no authentication .*STEPGATE_INSECURE_BIND=yes-i-know/)
  })

  it('unless the risk is accepted, which the log repeats at every start', async () => {
    const gate = await serve([...withPolicies, '--host', '0.0.0.0', '--insecure-bind', 'yes-i-know'])
    expect(await gate.logged(/^no authentication/)).toMatchObject({ level: 'warn' })
  })

  it('when a setting is wrong', async () => {
    const { code, stderr } = await run(['serve'], { env: { STEPGATE_PROT: '1' } })
    expect(code).toBe(2)
    expect(stderr).toContain('did you mean "STEPGATE_PORT"')
  })

  it('when the database is a folder', async () => {
    const folder = folderWith()
    const { code, stderr } = await run(['serve', '--database', folder])
    expect(code).toBe(2)
    expect(stderr).toMatch(`error: database ${folder} is a folder: name a file with STEPGATE_DATABASE`)
  })

  it('when the database would be below a file', async () => {
    const database = join(folderWith({ file: '' }), 'file/gate.db')
    const { code, stdout } = await run(['serve', '--database', database])
    expect(code).toBe(1)
    expect(stdout).toMatch(`cannot start: the database ${database} cannot be opened (`)
    expect(stdout).toMatch('); see STEPGATE_DATABASE')
  })

  it('when the database would be where there can be no folder', async () => {
    const { code, stdout } = await run(['serve', '--database', '/proc/x/gate.db'])
    expect(code).toBe(1)
    expect(stdout).toMatch('cannot start: the database /proc/x/gate.db cannot be opened (ENOENT')
  })

  it('when the database would be in memory', async () => {
    const { code, stderr } = await run(['serve'], { env: { STEPGATE_DATABASE: ':memory:' } })
    expect(code).toBe(2)
    expect(stderr).toContain('STEPGATE_DATABASE: ":memory:" is not a file on disk')
  })
})

describe.concurrent('healthcheck', () => {
  it('asks the sidecar, and fails when nothing answers or it is not ready', async () => {
    const gate = await serve(withPolicies)
    expect(await run(['healthcheck', '--port', String(gate.port)])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^200 .*"ready"/),
    })
    await gate.stop()
    expect(await run(['healthcheck', '--port', String(gate.port)])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('ECONNREFUSED'),
    })
    const unready = await serve(['--policies', folderWith({ 'x.yaml': 'kind: Nothing\n' })])
    expect(await run(['healthcheck'], { env: { STEPGATE_PORT: String(unready.port) } })).toMatchObject({
      code: 1,
    })
  })
})

/** What comes of a new connection. */
function connecting(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code))
    socket.once('connect', () => {
      socket.destroy()
      resolve('connected')
    })
  })
}

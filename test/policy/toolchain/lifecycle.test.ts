import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import { openToolchain, type Toolchain, type ToolchainOptions } from '#src/policy/toolchain/toolchain.js'

const opened: Toolchain[] = []
function open(options?: ToolchainOptions): Toolchain {
  const toolchain = openToolchain(options)
  opened.push(toolchain)
  return toolchain
}
afterEach(() => Promise.all(opened.splice(0).map((toolchain) => toolchain.close())))

const sound = { 'x.rego': 'package x\n\nallow if input.a\n' }
// Long enough to be interrupted, whatever the machine.
const endless = 'count([1 | some i in numbers.range(1, 1000000); some j in numbers.range(1, 1000000); i < j])'

/** Ids of the processes of this process's toolchains. */
function children(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((id) => {
      try {
        const parent = readFileSync(`/proc/${id}/status`, 'utf8').match(/^PPid:\s+(\d+)/m)?.[1]
        const command = readFileSync(`/proc/${id}/cmdline`, 'utf8')
        return parent === String(process.pid) && command.includes('toolchain/process-main.js')
      } catch {
        return false // ended in between
      }
    })
    .map(Number)
}

const until = async (condition: () => boolean) => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10))
}

describe('the toolchain process', () => {
  it('starts with the first call', async () => {
    const toolchain = open()
    expect([toolchain.loaded(), children()]).toEqual([false, []])
    await toolchain.version()
    expect([toolchain.loaded(), children().length]).toEqual([true, 1])
  })

  it('ends after its idle time, and comes back with the next call', async () => {
    const toolchain = open({ idleMs: 50 })
    await toolchain.version()
    await until(() => !toolchain.loaded() && children().length === 0)
    expect(await toolchain.check({ files: sound })).toMatchObject({ ok: true })
    expect(toolchain.loaded()).toBe(true)
  })

  it('answers calls made at once in their order, each with its own answer', async () => {
    const toolchain = open()
    const order: number[] = []
    const replies = await Promise.all(
      Array.from({ length: 12 }, async (_, i) => {
        const reply = await toolchain.eval({ files: {}, query: `x := ${i}` })
        order.push(i)
        return reply.ok && reply.result[0]?.bindings?.x
      }),
    )
    expect(replies).toEqual(Array.from({ length: 12 }, (_, i) => i))
    expect(order).toEqual(replies)
    expect(children()).toHaveLength(1)
  })

  it('takes the files as they were when the call was made', async () => {
    const toolchain = open()
    const files: Record<string, string> = { ...sound }
    const reply = toolchain.check({ files })
    files['x.rego'] = 'package'
    expect(await reply).toMatchObject({ ok: true })
  })

  it('is replaced between calls when its memory has grown past the limit', async () => {
    const toolchain = open({ memoryLimitBytes: 1 })
    await toolchain.version()
    expect(toolchain.loaded()).toBe(false)
    expect(await toolchain.version()).toMatchObject({ ok: true })
  })
})

describe('a call that ends badly', () => {
  it('is answered when the process is killed, and the next call finds a new one', async () => {
    const toolchain = open()
    await toolchain.version()
    const reply = toolchain.eval({ files: {}, query: endless })
    process.kill(children()[0]!, 'SIGKILL')
    expect(await reply).toMatchObject({ ok: false, errors: [{ code: 'toolchain_crash' }] })
    expect(await toolchain.version()).toMatchObject({ ok: true })
  })

  it('finds a new process when the idle one was killed', async () => {
    const toolchain = open()
    await toolchain.version()
    process.kill(children()[0]!, 'SIGKILL')
    await until(() => !toolchain.loaded())
    expect(await toolchain.version()).toMatchObject({ ok: true })
  })

  it('is answered with the panic inside OPA, and the next call finds a new process', async () => {
    const toolchain = open()
    await toolchain.version()
    const [before] = children()
    // A declaration without a type, which OPA does not expect.
    const capabilities = { builtins: [{ name: 'foo' }], features: ['rego_v1'] }
    const files = { 'x.rego': 'package x\n\nallow if foo(1)\n' }
    expect(await toolchain.check({ files, capabilities })).toMatchObject({
      ok: false,
      errors: [{ code: 'toolchain_panic', message: expect.stringContaining('nil pointer') }],
    })
    expect(await toolchain.version()).toMatchObject({ ok: true })
    expect(children()).not.toEqual([before])
  })

  it('is given up after the time for calls', async () => {
    const toolchain = open({ callTimeoutMs: 300 })
    expect(await toolchain.eval({ files: {}, query: endless })).toMatchObject({
      ok: false,
      errors: [{ code: 'toolchain_timeout' }],
    })
    expect(children()).toEqual([])
  })

  it('rejects a request that cannot be JSON, and harms no other', async () => {
    const toolchain = open()
    const bad = toolchain.eval({ files: {}, query: 'input', input: 1n })
    await expect(bad).rejects.toThrow(TypeError)
    expect(await toolchain.version()).toMatchObject({ ok: true })
  })
})

describe('close', () => {
  it('ends the process and answers the calls under way, the waiting and the later', async () => {
    const toolchain = open()
    await toolchain.version()
    const running = toolchain.eval({ files: {}, query: endless })
    const waiting = toolchain.version()
    await toolchain.close()
    const closed = { ok: false, errors: [{ code: 'toolchain_closed' }] }
    expect(await Promise.all([running, waiting, toolchain.version()])).toMatchObject([closed, closed, closed])
    expect(children()).toEqual([])
  })

  it('may be called before any call, and twice', async () => {
    const toolchain = open()
    await toolchain.close()
    await toolchain.close()
    expect(toolchain.loaded()).toBe(false)
  })
})

describe('the life of the caller', () => {
  const entry = import.meta.resolve('#src/policy/toolchain/toolchain.js')
  const run = (body: string) =>
    promisify(execFile)(process.execPath, [
      '--input-type=module',
      '-e',
      `import { openToolchain } from '${entry}'; const toolchain = openToolchain(); ${body}`,
    ])

  it('is as long as a pending call needs', async () => {
    const { stdout } = await run('toolchain.version().then(({ opa }) => console.log(opa))')
    expect(stdout).toBe('1.22.0\n')
  })

  it('is not prolonged by an idle toolchain', async () => {
    const { stdout } = await run('await toolchain.version(); console.log(toolchain.loaded())')
    expect(stdout).toBe('true\n')
  })

  it('leaves no process behind when it is killed', async () => {
    const running = execFile(process.execPath, [
      '--input-type=module',
      '-e',
      `import { openToolchain } from '${entry}'
       await openToolchain().version(); console.log('ready'); setInterval(() => {}, 1000)`,
    ])
    await new Promise((resolve) => running.stdout!.once('data', resolve))
    const child = Number(readFileSync(`/proc/${running.pid}/task/${running.pid}/children`, 'utf8'))
    expect(child).toBeGreaterThan(0)
    running.kill('SIGKILL')
    await until(() => {
      try {
        return readFileSync(`/proc/${child}/status`, 'utf8').includes('State:\tZ')
      } catch {
        return true
      }
    })
  })
})

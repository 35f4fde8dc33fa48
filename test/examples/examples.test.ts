import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { startSidecar } from '../durability/sidecar-process.js'

const run = promisify(execFile)
const root = new URL('../..', import.meta.url).pathname

describe('the examples', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stepgate-examples-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('over HTTP: a harmless step runs, a destructive one waits for a person, foreign code does not run', async () => {
    const sidecar = await startSidecar({ STEPGATE_DATABASE: `file:${join(folder, 'http.db')}` })
    const env = { ...process.env, STEPGATE_URL: sidecar.url }
    const { stdout } = await run(process.execPath, [`${root}examples/http/run.mjs`], { env })
    await sidecar.stop()
    expect(stdout.trim().split('\n')).toEqual([
      'fetch: allow (No matching policies)',
      'clean-up: require_approval (the input holds a command or statement that destroys data)',
      'clean-up: allow (Previously approved: the input holds a command or statement that destroys data)',
      "install: block (the input holds a command that runs foreign code or reads the machine's credentials)",
      'workflow: completed',
    ])
  })

  it('in process: the same policies decide without a server', async () => {
    const env = { ...process.env, DATABASE: `file:${join(folder, 'in-process.db')}` }
    const { stdout } = await run(process.execPath, [`${root}examples/in-process/run.mjs`], { env })
    expect(stdout.trim().split('\n')).toEqual([
      'summarise: allow (No matching policies)',
      'bill: require_approval (the input holds a social security number, a card number or a bank account)',
    ])
  })
})

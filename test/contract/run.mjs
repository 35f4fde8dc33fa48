// Runs the contract suite: the published Python client and its LangGraph adapter, unmodified, against live sidecars.
// Arguments go to pytest: `npm run test:contract -- -k approval`.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const here = import.meta.dirname
const root = join(here, '../..')
const environment = join(here, '.venv')
const python = join(environment, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python')
const systemPython = process.env.PYTHON ?? 'python3'

run('npm', ['run', '--silent', 'build'], 'The build failed.')
prepareEnvironment()
// No message: pytest has said it better.
run(python, ['-m', 'pytest', ...process.argv.slice(2)], '', {
  PYTHONDONTWRITEBYTECODE: '1',
})

/** Makes the Python environment, unless the one that is there was made from the same requirements by the same Python. */
function prepareEnvironment() {
  const version = spawnSync(systemPython, ['-c', 'import sys, venv, ensurepip; print(sys.version)'], {
    encoding: 'utf8',
  })
  if (version.error) {
    fail(
      `The contract suite needs Python 3.11 or newer, and ${systemPython} was not found: ${version.error.message}`,
    )
  }
  if (version.status !== 0) {
    fail(
      `The contract suite needs Python's venv and pip (on Debian: apt-get install python3-venv).\n${version.stderr}`,
    )
  }
  const requirements = join(here, 'requirements.txt')
  const stampFile = join(environment, 'made-from')
  const stamp = createHash('sha256').update(readFileSync(requirements)).update(version.stdout).digest('hex')
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return
  rmSync(environment, { recursive: true, force: true })
  run(
    systemPython,
    ['-m', 'venv', environment],
    'The Python environment could not be made (python3 -m venv).',
  )
  run(
    python,
    ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--requirement', requirements],
    `The clients could not be installed from ${requirements}.`,
  )
  // Written last: an interrupted installation is made again.
  writeFileSync(stampFile, stamp)
}

function run(command, args, complaint, env = {}) {
  const cwd = command === 'npm' ? root : here
  const { status, signal, error } = spawnSync(command, args, {
    cwd,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  })
  if (status === 0) return
  if (error || signal) fail(`${complaint || command} ${error?.message ?? `ended by ${signal}`}`)
  if (complaint) fail(complaint)
  process.exit(status)
}

function fail(message) {
  console.error(message)
  process.exit(1)
}

// Rebuilds the toolchain and compares it with OPA itself, where Go is there to do so: npm run test:toolchain
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const go = spawnSync('go', ['version'], { encoding: 'utf8' })
if (go.status !== 0) {
  console.log(
    'Not run: there is no Go on this machine, and rebuilding the toolchain needs one (1.21 or later). ' +
      'Everything else is tested without it.',
  )
} else {
  console.log(`With ${go.stdout.trim()}`)
  const config = fileURLToPath(new URL('vitest.config.ts', import.meta.url))
  const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url))
  const run = spawnSync(process.execPath, [vitest, 'run', '--config', config], {
    cwd: root,
    stdio: 'inherit',
  })
  process.exitCode = run.status ?? 1
}

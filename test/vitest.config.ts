import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['test/**/*.test.ts'],
    exclude: ['test/contract/**', 'test/toolchain-rebuild/**', 'node_modules/**', 'dist/**'],
    pool: 'forks',
    // One less than there are processors is the default; on two that is one after the other.
    maxWorkers: '100%',
    // What is waited for comes at once, but for a machine that has much else to do.
    expect: { poll: { timeout: 20_000 } },
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})

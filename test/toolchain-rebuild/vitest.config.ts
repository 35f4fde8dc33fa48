import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['test/toolchain-rebuild/**/*.test.ts'],
    pool: 'forks',
    // Go compiles OPA twice here, once for WASM and once as it is, and may have to fetch both first.
    testTimeout: 900_000,
    hookTimeout: 900_000,
  },
})

/** Test results for people. @module */
import { join } from 'node:path'
import type { PolicyTestResult } from '../../src/policy/verify/run-policy-test.js'

/** What was expected and what came, a line each. */
export function explain({ differences, notes }: PolicyTestResult): readonly string[] {
  return [...differences.map(({ of, expected, got }) => `${of}: expected ${expected}; got ${got}`), ...notes]
}

/** Every test that did not pass, then the sum. */
export function testReport(folder: string, results: readonly PolicyTestResult[]): string {
  const words = { fail: 'FAIL', error: 'ERROR', skip: 'SKIP', pass: 'ok' } as const
  const told = results
    .filter(({ outcome }) => outcome !== 'pass')
    .flatMap((result) => [
      `${words[result.outcome]} ${join(folder, result.file)}:${result.line}: ${result.name}`,
      ...explain(result).map((line) => `  ${line.replaceAll('\n', '\n  ')}`),
    ])
  return `${[...told, summary(results)].join('\n')}\n`
}

/** `11 passed, 1 failed, 2 skipped`. */
function summary(results: readonly PolicyTestResult[]): string {
  const count = (...outcomes: readonly string[]) =>
    results.filter(({ outcome }) => outcomes.includes(outcome)).length
  const skipped = count('skip')
  return `${count('pass')} passed, ${count('fail', 'error')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

/** Test results as JUnit XML, which CI systems read. @module */
import { join } from 'node:path'
import type { PolicyTestResult } from '../../src/policy/verify/run-policy-test.js'
import { explain } from './test-results.js'

/** One suite a file; times are seconds. */
export function junitReport(folder: string, results: readonly PolicyTestResult[]): string {
  const files = [...new Set(results.map(({ file }) => file))]
  const suites = files.map((file) =>
    suite(
      join(folder, file),
      results.filter((result) => result.file === file),
    ),
  )
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${totals(results)}>`,
    ...suites,
    '</testsuites>',
    '',
  ].join('\n')
}

function suite(file: string, results: readonly PolicyTestResult[]): string {
  const cases = results.map((result) => testCase(file, result))
  return [`  <testsuite name="${escaped(file)}"${totals(results)}>`, ...cases, '  </testsuite>'].join('\n')
}

function testCase(file: string, result: PolicyTestResult): string {
  const { name, line, outcome, durationMs } = result
  const open = `    <testcase name="${escaped(name)}" classname="${escaped(file)}" file="${escaped(file)}" line="${line}" time="${seconds(durationMs)}"`
  if (outcome === 'pass') return `${open}/>`
  if (outcome === 'skip') return `${open}>\n      <skipped/>\n    </testcase>`
  const element = outcome === 'fail' ? 'failure' : 'error'
  const lines = explain(result)
  return `${open}>\n      <${element} message="${escaped(lines[0] ?? outcome)}">${escaped(lines.join('\n'))}</${element}>\n    </testcase>`
}

function totals(results: readonly PolicyTestResult[]): string {
  const count = (outcome: string) => results.filter((result) => result.outcome === outcome).length
  const time = results.reduce((sum, { durationMs }) => sum + durationMs, 0)
  return ` tests="${results.length}" failures="${count('fail')}" errors="${count('error')}" skipped="${count('skip')}" time="${seconds(time)}"`
}

const seconds = (ms: number): string => (ms / 1000).toFixed(6)

/** XML 1.0 has no way to write most control characters, so they are shown by their Unicode pictures. */
function escaped(text: string): string {
  return (
    text
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, (c) =>
        String.fromCharCode(0x2400 + c.charCodeAt(0)),
      )
  )
}

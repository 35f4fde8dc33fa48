/** What is wrong with policy files, for people, programs and GitHub. @module */
import { join } from 'node:path'
import type { PolicyProblem } from '../../src/policy/policy.js'

/** `policies/x.yaml:3:5: message`, as compilers write it, so that editors can jump; warnings say that they are one. */
export function problemLine(
  folder: string,
  { file, line, column, message, severity }: PolicyProblem,
): string {
  const place = [join(folder, file), line, column].filter((part) => part !== undefined).join(':')
  return `${place}: ${severity === 'warning' ? 'warning: ' : ''}${message}`
}

/** GitHub's workflow command, which becomes a note in the change's diff. */
export function problemForGitHub(
  folder: string,
  { file, line, column, message, severity }: PolicyProblem,
): string {
  const place = [
    `file=${githubProperty(join(folder, file))}`,
    ...(line === undefined ? [] : [`line=${line}`]),
    ...(column === undefined ? [] : [`col=${column}`]),
  ]
  return `::${severity} ${place.join(',')}::${githubText(message)}`
}

export function countsOf(problems: readonly PolicyProblem[]): {
  readonly errors: number
  readonly warnings: number
} {
  const errors = problems.filter(({ severity }) => severity === 'error').length
  return { errors, warnings: problems.length - errors }
}

/** `1 error`, `2 errors`. */
export const counted = (n: number, noun: string): string =>
  `${n} ${n === 1 ? noun : noun.replace(/y$/, 'ie')}${n === 1 ? '' : 's'}`

const githubText = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')

const githubProperty = (text: string): string =>
  githubText(text).replaceAll(':', '%3A').replaceAll(',', '%2C')

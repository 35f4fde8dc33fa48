/**
 * Values that are written in a document, or read from the environment or a file when they are needed.
 * @module
 */
import { z } from 'zod'
import type { SecretRef } from '../../domain/agent.js'
import { closed, text } from '../language/policy-schema.js'

const oneLine = /^[^\r\n\0]*$/

/** `{ env: NAME }` or `{ file: PATH }`, with `prefix` before the value. */
export const secret = closed({
  env: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of an environment variable is made of letters, digits and _')
    .optional(),
  file: text.optional(),
  prefix: z.string().regex(oneLine, 'a prefix is one line').describe('Put before the value.').optional(),
})
  .check(({ value, issues }) => {
    const given = [value.env, value.file].filter((each) => each !== undefined).length
    if (given === 1) return
    const message = given === 0 ? 'env or file is missing' : 'env or file, not both'
    issues.push({ code: 'custom', message, input: value })
  })
  .describe('A value that is read from the environment or a file each time it is needed.')

const plain = z.string().check(({ value, issues }) => {
  if (!oneLine.test(value)) issues.push({ code: 'custom', message: 'a value is one line', input: value })
  else if (value.includes('${'))
    issues.push({
      code: 'custom',
      message: 'a $ before braces is not expanded: write { env: NAME }',
      input: value,
    })
})

export const value = z.union([plain, secret])

export const headers = z.record(
  z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'this is no name of a header'),
  value,
)

export const environment = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'this is no name of an environment variable'),
  value,
)

export function secretOf({ env, file, prefix }: z.infer<typeof secret>): SecretRef {
  return {
    ...(env === undefined ? {} : { env }),
    ...(file === undefined ? {} : { file }),
    ...(prefix === undefined ? {} : { prefix }),
  }
}

export const valuesOf = (
  raw: Readonly<Record<string, z.infer<typeof value>>> = {},
): Readonly<Record<string, string | SecretRef>> =>
  Object.fromEntries(
    Object.entries(raw).map(([key, each]) => [key, typeof each === 'string' ? each : secretOf(each)]),
  )

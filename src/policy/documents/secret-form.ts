/**
 * Values that are written in a document, or read from the environment or a file when they are needed.
 * @module
 */
import { z } from 'zod'
import type { SecretRef } from '../../domain/agent.js'
import { framingHeaders } from '../../domain/framing-headers.js'
import { closed, text } from '../language/policy-schema.js'
import { badTemplate } from './forms.js'

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

/** Written out: a text that says why not, where it cannot stand as it is. */
const written = (whyNot: (text: string) => string | undefined) =>
  z.string().check(({ value, issues }) => {
    const message = whyNotPlain(value) ?? whyNot(value)
    if (message !== undefined) issues.push({ code: 'custom', message, input: value })
  })

function whyNotPlain(text: string): string | undefined {
  if (!oneLine.test(text)) return 'a value is one line'
  return text.includes('$' + '{') ? 'a $ before braces is not expanded: write { env: NAME }' : undefined
}

const headerName = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'this is no name of a header')
  .refine((name) => !framingHeaders.has(name.toLowerCase()), 'this header is not for documents to set')

const headersWith = (whyNot: (text: string) => string | undefined) =>
  z.record(
    headerName,
    z.union([
      written((text) =>
        /^[\t\x20-\x7e\x80-\xff]*$/.test(text) ? whyNot(text) : 'a header cannot carry these characters',
      ),
      secret,
    ]),
  )

/** Headers that are sent as they are written. */
export const headers = headersWith((text) => (text.includes('{{') ? 'nothing is filled in here' : undefined))

/** Headers of a call, whose texts may read its `parameters`. */
export const callHeaders = headersWith((text) => badTemplate(text, ['parameters']))

export const environment = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'this is no name of an environment variable'),
  z.union([written(() => undefined), secret]),
)

type Value = string | z.infer<typeof secret>

export function secretOf({ env, file, prefix }: z.infer<typeof secret>): SecretRef {
  return {
    ...(env === undefined ? {} : { env }),
    ...(file === undefined ? {} : { file }),
    ...(prefix === undefined ? {} : { prefix }),
  }
}

export const valuesOf = (
  raw: Readonly<Record<string, Value>> = {},
): Readonly<Record<string, string | SecretRef>> =>
  Object.fromEntries(
    Object.entries(raw).map(([key, each]) => [key, typeof each === 'string' ? each : secretOf(each)]),
  )

/**
 * The input as JSON text for WASM: no more of it than the policies asked can read, and what JavaScript computed.
 * @module
 */

import { isObject } from '../../domain/json.js'
import type { InputPath } from './compiled-shard.js'
import type { FactNumber, Facts, HistoryFacts } from './facts.js'
import type { PolicyInput } from './policy-input.js'

/** What the policies can read; undefined where one of them may read anything. */
export function partRead(
  input: PolicyInput,
  policies: readonly { readonly reads: readonly InputPath[] | undefined }[],
): string | undefined {
  const part: Record<string, unknown> = {}
  for (const { reads } of policies) {
    if (!reads) return undefined
    for (const [name, inner] of reads) {
      if (!Object.hasOwn(input, name)) continue
      const value = input[name]
      if (inner === undefined) part[name] = value
      // Another policy may read the whole of it.
      else if (part[name] !== value && isObject(value) && Object.hasOwn(value, inner)) {
        const inPart = (part[name] ?? {}) as Record<string, unknown>
        inPart[inner] = value[inner]
        part[name] = inPart
      }
    }
  }
  return JSON.stringify(part)
}

export function withFacts(text: string, numbers: ReadonlySet<FactNumber>, facts: Facts): string {
  if (numbers.size === 0) return text
  let members = ''
  for (const number of numbers) members += (members === '' ? '' : ',') + facts.json(number)
  return withMember(text, `"facts":{${members}}`)
}

/** Of a name that stands twice, OPA takes the later value: `workflow` again, with the steps in it. */
export function withSteps(text: string, input: PolicyInput, history: HistoryFacts | undefined): string {
  const workflow = JSON.stringify(input.workflow ?? {})
  const steps = history?.stepsText?.() ?? '[]'
  return withMember(text, `"workflow":${withMember(workflow, `"steps":${steps}`)}`)
}

const withMember = (text: string, member: string): string =>
  `${text.slice(0, -1)}${text.length > 2 ? ',' : ''}${member}}`

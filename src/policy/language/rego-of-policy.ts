import { stringify } from 'yaml'
import type { PolicyAction } from '../../domain/decision.js'
import type { ReasonPart } from './reason-template.js'
import { reasonFields, regoOfReason } from './reason-template.js'
import { regoOfWhen } from './rego-of-when.js'
import { isRegoName, regoRule } from './rego-text.js'
import type { When } from './when.js'

/** What of a YAML policy goes into its Rego module. */
export interface RegoSubject {
  readonly id: string
  readonly name: string
  readonly description?: string
  readonly owner?: string
  readonly tags: readonly string[]
  /** `file:line` */
  readonly source: string
  readonly action: PolicyAction
  readonly reason: readonly ReasonPart[]
  readonly when: When
}

/** The module of a YAML policy, formatted as `opa fmt` formats. `stepgate policy show --rego` prints it. */
export function regoOfPolicy(policy: RegoSubject): string {
  const templated = reasonFields(policy.reason).length > 0
  const { body, rules } = regoOfWhen(policy.when)
  const reason = regoOfReason(policy.reason)
  const main = templated
    ? regoRule(`${policy.action} contains reason`, [...body, `reason := ${reason}`])
    : regoRule(`${policy.action} contains ${reason}`, body)
  const name = isRegoName(policy.id) ? `.${policy.id}` : `[${JSON.stringify(policy.id)}]`
  return [
    `${metadataOf(policy)}package stepgate.policy${name}\n`,
    ...(templated ? ['import data.stepgate.lib.template\n'] : []),
    main,
    ...rules,
  ].join('\n')
}

function metadataOf({ name, description, owner, tags, source }: RegoSubject): string {
  const lines = [
    'METADATA',
    `title: ${yamlText(name)}`,
    ...(description === undefined ? [] : [`description: ${yamlText(description)}`]),
    'custom:',
    ...(owner === undefined ? [] : [`  owner: ${yamlText(owner)}`]),
    ...(tags.length === 0 ? [] : ['  tags:', ...tags.map((tag) => `    - ${yamlText(tag)}`)]),
    `  source: ${yamlText(source)}`,
  ]
  return lines.map((line) => `# ${line}\n`).join('')
}

/** What YAML parsers take for ends of lines or drop, besides what JSON escapes. */
const unsafe = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g

/** A text as YAML on one line, in quotes where it has to be: comments are no place for folded lines. */
function yamlText(text: string): string {
  if (text.search(unsafe) < 0 && stringify(text, { lineWidth: 0 }) === `${text}\n`) return text
  const escaped = (sign: string): string => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`
  return JSON.stringify(text).replace(unsafe, escaped)
}

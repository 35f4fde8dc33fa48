import type { Fact, FieldPath, HistoryAttribute, Hook } from '../policy.js'
import { fieldText, parseFieldPath } from './field-path.js'
import type { Findings } from './findings.js'
import { type FieldType, lookUpField } from './input-fields.js'
import type { ValuePath } from './yaml-documents.js'

/** What a test looks at. */
export interface Subject {
  readonly over: Fact['over']
  /** Empty for `*`. */
  readonly path: FieldPath
  /** Known type of one value there. */
  readonly type: FieldType
  /** The field as messages write it. */
  readonly text: string
}

const historyAttributes: readonly HistoryAttribute[] = [
  'step_id',
  'step_name',
  'step_type',
  'tool_name',
  'decision',
  'completed',
]

/** Reads `field`; undefined when there is no such field, which is then reported. */
export function readSubject(
  field: string,
  at: ValuePath,
  hooks: readonly Hook[],
  findings: Findings,
): Subject | undefined {
  if (field === '*') return { over: { kind: 'whole' }, path: [], type: 'string', text: '"*"' }
  const parsed = parseFieldPath(field)
  if (!parsed.ok) {
    findings.error(at, parsed.message, { offset: parsed.offset })
    return undefined
  }
  const { path } = parsed
  const found = lookUpField(path, hooks)
  if (!found.ok) {
    findings.error(at, found.message)
    return undefined
  }
  const over = overOf(path)
  if (over === undefined) {
    findings.error(
      at,
      `earlier steps are tested one attribute at a time, over all of them: ${historyForm(path)}`,
    )
    return undefined
  }
  return { over, path, type: found.type, text: fieldText(path) }
}

/** History is tested outside WASM, in the one form `workflow.steps[*].attribute`; undefined for other forms. */
function overOf(path: FieldPath): Fact['over'] | undefined {
  if (path[0] !== 'workflow' || path[1] !== 'steps') return { kind: 'field', path }
  const [, , element, attribute] = path
  if (path.length !== 4 || typeof element !== 'object') return undefined
  return { kind: 'history', attribute: attribute as HistoryAttribute }
}

function historyForm(path: FieldPath): string {
  const attribute = path[3]
  return typeof attribute === 'string'
    ? `write workflow.steps[*].${attribute}`
    : `write workflow.steps[*].${historyAttributes.join(', .')}`
}

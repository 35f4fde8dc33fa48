/**
 * The text of OPA's annotations: the parser tells what they say, and of their places only where they begin.
 * @module
 */
import type { Annotations } from './rego-ast.js'
import { type PlacedValue, readYamlDocuments } from './yaml-documents.js'

const comment = /^(\s*)#/

/** Annotations as they stand in a module; where they cannot be read again, all of it is at their first line. */
export function annotationsText(rego: string, annotations: Annotations | undefined): PlacedValue {
  const { row: line, col: column } = annotations?.location ?? { row: 1, col: 1 }
  const unread = { value: {}, place: () => ({ line, column }) }
  if (annotations === undefined) return unread
  const below = rego.split('\n').slice(line)
  const end = below.findIndex((each) => !comment.test(each))
  // As many lines and columns as before: places in this text are places in the file.
  const yaml = below.slice(0, end < 0 ? undefined : end).map((each) => each.replace(comment, blank))
  return readYamlDocuments('\n'.repeat(line) + yaml.join('\n')).documents[0] ?? unread
}

const blank = (found: string): string => ' '.repeat(found.length)

/**
 * YAML text as plain values that remember where they stand.
 * @module
 */
import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  visit,
} from 'yaml'

/** 1-based. */
export interface Place {
  readonly line: number
  readonly column: number
}

/** Names and positions from the top of a document. */
export type ValuePath = readonly PropertyKey[]

/** Which part of a value is meant. */
export interface Part {
  /** The name of the member, not its value. */
  readonly key?: boolean
  /** UTF-16 units from the start of a text. */
  readonly offset?: number
}

export interface PlacedValue {
  /** What the document says, in plain JavaScript values. */
  readonly value: unknown
  /** Where the value at a path stands, or the nearest value around it that is there. */
  place(path: ValuePath, part?: Part): Place
}

export interface YamlReading {
  readonly documents: readonly PlacedValue[]
  readonly problems: readonly (Place & { readonly message: string })[]
}

/** Aliases a document may resolve, nested ones multiplied: more is a bomb. */
const MAX_ALIASES = 100
/** Deeper nesting is not written by people, and would exhaust the stack further on. */
export const MAX_NESTING = 100
export const tooDeep = `nested deeper than ${MAX_NESTING} levels`

const options = { prettyErrors: false, logLevel: 'silent', stringKeys: true } as const

/** Reads all documents of a text. A document with problems is left out; empty ones are too. */
export function readYamlDocuments(text: string): YamlReading {
  const lines = new LineCounter()
  const placeOf = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  const documents: PlacedValue[] = []
  const problems: YamlReading['problems'][number][] = []
  const report = (offset: number, message: string): void => {
    // The parser is recursive: where it gives up, so do we.
    const known = /call stack/.test(message) ? tooDeep : message
    problems.push({ ...placeOf(offset), message: oneLine(known) })
  }
  for (const parsed of parseAll(text, lines, report)) {
    const before = problems.length
    // One slip makes the parser complain of everything that follows.
    const [first] = [...parsed.errors, ...parsed.warnings]
    if (first !== undefined) report(first.pos[0], `${first.message}${hintFor(text, first.pos[0])}`)
    if (problems.length === before) refuseOddities(parsed, report)
    if (problems.length > before || isEmpty(parsed)) continue
    const value = plainValue(parsed, report)
    if (value !== undefined)
      documents.push({ value, place: (path, part) => locate(parsed, text, path, part ?? {}, placeOf) })
  }
  return { documents, problems }
}

type Report = (offset: number, message: string) => void

const oneLine = (message: string): string => message.replace(/\s+/g, ' ').trim()

function parseAll(text: string, lineCounter: LineCounter, report: Report): Document.Parsed[] {
  try {
    const parsed = parseAllDocuments(text, { ...options, lineCounter })
    return Array.isArray(parsed) ? [...parsed] : []
  } catch (error) {
    report(0, (error as Error).message)
    return []
  }
}

/** The slips that this language invites: brackets and braces mean something to YAML. */
function hintFor(text: string, offset: number): string {
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1).split('\n', 1)[0]!
  if (/[^\s"',[{]\[(?:\*|\d+|["'])/.test(line)) return '; a field with brackets goes in quotes'
  return /:\s*\{[\w.]+\}/.test(line) ? '; a text that starts with { goes in quotes' : ''
}

function isEmpty(document: Document.Parsed): boolean {
  const { contents } = document
  return contents === null || (isScalar(contents) && contents.value === null)
}

function plainValue(document: Document.Parsed, report: Report): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES })
  } catch (error) {
    // What may be thrown here comes of aliases that repeat one another; the last one repeats most.
    report(lastAlias(document) ?? document.contents?.range?.[0] ?? 0, (error as Error).message)
    return undefined
  }
}

function lastAlias(document: Document.Parsed): number | undefined {
  let last: number | undefined
  visit(document, {
    Alias(_, node) {
      last = offsetOf(node)
    },
  })
  return last
}

/** Reports what YAML allows and no policy needs: NUL and halves of characters in texts, bottomless nesting, aliases of nothing and of themselves. */
function refuseOddities(document: Document.Parsed, report: Report): void {
  const anchors = new Set<string | undefined>()
  visit(document, {
    Scalar(_, node) {
      anchors.add(node.anchor)
      if (typeof node.value !== 'string') return
      if (node.value.includes('\0')) report(node.range?.[0] ?? 0, 'a NUL character in a text')
      if (/\p{Surrogate}/u.test(node.value)) report(node.range?.[0] ?? 0, 'half of a character in a text')
    },
    Alias(_, node, path) {
      const { source } = node
      if (!anchors.has(source)) report(node.range?.[0] ?? 0, `no anchor &${source} stands before this alias`)
      else if (path.some((each) => isCollection(each) && each.anchor === source))
        report(node.range?.[0] ?? 0, `this alias stands inside what it stands for, &${source}`)
    },
    Collection(_, node, path) {
      anchors.add(node.anchor)
      // Each level is a collection and, in a mapping, the pair around it.
      if (path.filter(isCollection).length < MAX_NESTING) return undefined
      report(node.range?.[0] ?? 0, tooDeep)
      return visit.BREAK
    },
  })
}

function locate(
  document: Document.Parsed,
  text: string,
  path: ValuePath,
  part: Part,
  placeOf: (offset: number) => Place,
): Place {
  let node: unknown = document.contents
  let start = offsetOf(node) ?? 0
  for (const [depth, name] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document)
    const last = depth === path.length - 1
    if (isSeq(node)) node = node.items[Number(name)]
    else if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === name)
      if (pair === undefined) return placeOf(start)
      const key = offsetOf(pair.key) ?? start
      if (last && part.key) return placeOf(key)
      start = key
      node = pair.value
    } else return placeOf(start)
    start = offsetOf(node) ?? start
  }
  return placeOf(start + offsetInside(node, text, part.offset ?? 0))
}

function offsetOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined
}

/** Where a place inside a text stands in the source: known when the source writes the text without escapes. */
function offsetInside(node: unknown, source: string, offset: number): number {
  if (offset === 0 || !isScalar(node) || typeof node.value !== 'string' || !node.range) return 0
  const quoted = source[node.range[0]] === '"' || source[node.range[0]] === "'" ? 1 : 0
  const start = node.range[0] + quoted
  return source.startsWith(node.value, start) ? quoted + Math.min(offset, node.value.length) : 0
}

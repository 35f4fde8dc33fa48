/**
 * `regex.*`, on RE2's engine in JavaScript and for mere matches in V8 where its time is linear: the same patterns as Go's
 * `regexp`. OPA would compile two of them in, but there nothing matches a byte that is no UTF-8, so that one in what a
 * caller sent encoded hides all around it.
 */
import { RE2JS, RE2JSException } from 're2js'
import { compilePattern } from '../text/pattern.js'
import { inCharacters, rejoined } from './bytes.js'
import { type Builtin, fail, integerOperand, stringOperand } from './operand.js'
import { templatePattern } from './regex-template.js'

// Patterns are few and in the policies, or come from input and then must not pile up.
const compiled = new Map<string, RE2JS>()
const MOST_COMPILED = 1_000
const searches = new Map<string, (text: string) => boolean>()
const MOST_SEARCHES = 10_000

/** @throws BuiltinError for a pattern that is not RE2's */
export function compile(pattern: string): RE2JS {
  let regex = compiled.get(pattern)
  if (regex === undefined) {
    try {
      regex = RE2JS.compile(pattern)
    } catch (error) {
      if (error instanceof RE2JSException) return fail(error.message)
      throw error
    }
    if (compiled.size >= MOST_COMPILED) compiled.clear()
    compiled.set(pattern, regex)
  }
  return regex
}

/**
 * Whether a pattern is found in a text.
 * @throws BuiltinError for a pattern that is not RE2's
 */
export function searchOf(pattern: string): (text: string) => boolean {
  const before = searches.get(pattern)
  if (before !== undefined) return before
  const search = newSearch(pattern)
  if (searches.size >= MOST_SEARCHES) searches.clear()
  searches.set(pattern, search)
  return search
}

function newSearch(pattern: string): (text: string) => boolean {
  const read = compilePattern(pattern)
  if (read.ok) return (text) => read.pattern.test(text)
  // What is too long for the patterns of YAML policies.
  const regex = compile(pattern)
  return (text) => regex.matcher(inCharacters(text)).find()
}

function isValid(pattern: string): boolean {
  try {
    RE2JS.compile(pattern)
    return true
  } catch (error) {
    if (error instanceof RE2JSException) return false
    throw error
  }
}

/** Where a match is; a group that took no part is -1, -1. */
interface Match {
  readonly start: number
  readonly end: number
  readonly group: (n: number) => string
  readonly named: Readonly<Record<string, number>>
}

// Successive matches that do not overlap; as in Go, none that is empty and touches the one before.
function* matches(regex: RE2JS, text: string): Generator<Match> {
  const matcher = regex.matcher(inCharacters(text))
  const named = regex.namedGroups()
  let previousEnd = -1
  for (let at = 0; at <= text.length && matcher.find(at); ) {
    const [start, end] = [matcher.start(), matcher.end()]
    if (end > start || start !== previousEnd)
      yield { start, end, named, group: (n) => text.slice(...span(matcher, n)) }
    previousEnd = end
    at = end > at ? end : at + ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1)
  }
}

function span(matcher: ReturnType<RE2JS['matcher']>, group: number): [number, number] {
  const start = matcher.start(group)
  return start < 0 ? [0, 0] : [start, matcher.end(group)]
}

function replace(text: string, regex: RE2JS, template: string): string {
  let result = ''
  let at = 0
  for (const match of matches(regex, text)) {
    result += text.slice(at, match.start) + expand(template, match, regex.groupCount())
    at = match.end
  }
  return rejoined(result + text.slice(at))
}

// `$1`, `$name`, `${name}`, `$$`; a name reaches as far as it can, and one that is unknown is empty.
const REFERENCE = /\$(?:\$|([\p{L}\p{Nd}_]+)|\{([\p{L}\p{Nd}_]+)\})/gu

function expand(template: string, match: Match, groups: number): string {
  return template.replace(REFERENCE, (all, bare?: string, braced?: string) => {
    const name = bare ?? braced
    if (name === undefined) return all[0]!
    if (/^(0|[1-9]\d{0,8})$/.test(name)) return Number(name) <= groups ? match.group(Number(name)) : ''
    return Object.hasOwn(match.named, name) ? match.group(match.named[name]!) : ''
  })
}

function split(text: string, regex: RE2JS): string[] {
  if (text === '' && regex.pattern() !== '') return ['']
  const parts: string[] = []
  let from = 0
  let cut = 0
  for (const { start, end } of matches(regex, text)) {
    cut = start
    if (end !== 0) parts.push(text.slice(from, start))
    from = end
  }
  if (cut !== text.length) parts.push(text.slice(from))
  return parts
}

function find(regex: RE2JS, text: string, most: bigint): string[] {
  const found: string[] = []
  for (const { start, end } of matches(regex, text)) {
    if (most >= 0n && BigInt(found.length) >= most) break
    found.push(text.slice(start, end))
  }
  return found
}

/** Each match with its groups. */
function findGroups(regex: RE2JS, text: string, most: bigint): string[][] {
  const found: string[][] = []
  for (const { group } of matches(regex, text)) {
    if (most >= 0n && BigInt(found.length) >= most) break
    found.push(Array.from({ length: regex.groupCount() + 1 }, (_, n) => group(n)))
  }
  return found
}

export const regexBuiltins: Readonly<Record<string, Builtin>> = {
  'regex.match': (pattern, text) => {
    const [p, t] = [stringOperand(pattern), stringOperand(text)]
    return searchOf(p)(t)
  },
  'regex.find_all_string_submatch_n': (pattern, text, most) => {
    const [p, t, n] = [stringOperand(pattern), stringOperand(text), integerOperand(most)]
    return findGroups(compile(p), t, n)
  },
  'regex.find_n': (pattern, text, most) => {
    const [p, t, n] = [stringOperand(pattern), stringOperand(text), integerOperand(most)]
    return find(compile(p), t, n)
  },
  'regex.replace': (text, pattern, template) => {
    const [t, p, r] = [stringOperand(text), stringOperand(pattern), stringOperand(template)]
    return replace(t, compile(p), r)
  },
  'regex.is_valid': (pattern) => typeof pattern === 'string' && isValid(pattern),
  'regex.split': (pattern, text) => split(stringOperand(text), compile(stringOperand(pattern))),
  'regex.template_match': (template, text, start, end) => {
    const pattern = templatePattern(stringOperand(template), stringOperand(start), stringOperand(end))
    for (const part of pattern.parts) compile(part)
    return compile(pattern.whole)
      .matcher(inCharacters(stringOperand(text)))
      .find()
  },
}

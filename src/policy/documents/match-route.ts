/**
 * Which agent takes a task: patterns of RE2 syntax, in time linear in the text.
 * @module
 */
import type { AgentConfig, RoutingRule } from '../../domain/agent.js'
import { compilePattern, type Pattern } from '../text/pattern.js'
import { expandedSize, type PatternNode } from '../text/pattern-tree.js'
import { parseRe2 } from '../text/re2-syntax.js'

interface Route {
  readonly rule: RoutingRule
  readonly pattern: Pattern
}

// A configuration is made once and never changed; its patterns are compiled when it is first asked.
const routes = new WeakMap<AgentConfig, readonly Route[]>()

/**
 * The rule that takes a text: by falling priority, the first whose pattern is found in it. Letter case is ignored unless
 * the pattern says `(?-i)`.
 */
export function matchRoute(config: AgentConfig, text: string): RoutingRule | undefined {
  let known = routes.get(config)
  if (!known) {
    known = compiled(config)
    routes.set(config, known)
  }
  return known.find(({ pattern }) => pattern.test(text))?.rule
}

function compiled({ routing }: AgentConfig): Route[] {
  const found = routing.flatMap((rule) => {
    const pattern = routingPattern(rule.pattern)
    return pattern.ok ? [{ rule, pattern: pattern.pattern }] : []
  })
  // Sorting keeps the order of the file among equals.
  return found.sort((a, b) => b.rule.priority - a.rule.priority)
}

/** What the patterns of one configuration may come to together: it bounds the time that one look at a text takes. */
export const mostPlaces = 4_000

type RoutingPattern =
  | {
      readonly ok: true
      readonly pattern: Pattern
      /** Characters it stands for, counted repeats written out. */
      readonly size: number
    }
  | { readonly ok: false; readonly message: string }

// Configurations from the database are other objects each time they are loaded, with the same few patterns.
const patterns = new Map<string, RoutingPattern>()
const MOST_PATTERNS = 1_000

/** The pattern of a rule, or why it is refused. */
export function routingPattern(source: string): RoutingPattern {
  const known = patterns.get(source)
  if (known) return known
  if (patterns.size >= MOST_PATTERNS) patterns.clear()
  const pattern = compile(source)
  patterns.set(source, pattern)
  return pattern
}

function compile(source: string): RoutingPattern {
  const parsed = parseRe2(source)
  if (!parsed.ok) return { ok: false, message: `${parsed.message} (at ${parsed.offset + 1})` }
  const size = expandedSize(parsed.tree)
  if (size > mostPlaces)
    return { ok: false, message: `the pattern stands for ${size} characters; ${mostPlaces} is the most` }
  if (hasNestedRepeat(parsed.tree, false))
    return { ok: false, message: 'a repetition without end inside a repetition, such as (a+)+, is refused' }
  const compiled = compilePattern(`(?i)${source}`)
  return compiled.ok ? { ...compiled, size } : compiled
}

/** Whether something that may be repeated without end stands within something that is repeated. */
function hasNestedRepeat(node: PatternNode, within: boolean): boolean {
  switch (node.kind) {
    case 'set':
    case 'place':
      return false
    case 'sequence':
      return node.parts.some((part) => hasNestedRepeat(part, within))
    case 'either':
      return node.options.some((option) => hasNestedRepeat(option, within))
    case 'repeat':
      return (
        (within && node.max === Number.POSITIVE_INFINITY) ||
        hasNestedRepeat(node.body, within || node.max > 1)
      )
  }
}

/** Whether no safe loader is among the arguments of a call of `yaml.load`. */
export function isUnsafeYamlLoad(match: string, text: string, start: number): boolean {
  const from = start + match.length
  const call = /^[^\n]*/.exec(text.slice(from, from + 300))![0]
  return !/\bC?(?:Safe|Base)Loader\b/.test(call) && !/^\s*\)/.test(call)
}

/** How much of a statement in code is read. */
const STATEMENT_LENGTH = 500
/** What makes a statement of the verb, not a sentence. */
const STATEMENT =
  /^(?:select\s[\s\S]*\bfrom\s|insert\s|update\s+\S+\s+set\s|delete\s|(?:drop|truncate|alter)\s+table\s)/i
const OPENING = /([\w)]*)(\$@?)?(["'`])\3{0,2}\s{0,8}$/
const FORMATTER = /(?:[Ss]tring\.[Ff]ormat|[Ss]printf)\(\s*["'`]\s*$/
/** Where a value stands in a statement, at its end. */
const BEFORE_VALUE = /(?:=|\b(?:like|in|values|from|into|update|table|join|where|by|limit))\s*\(?\\?["']?$/i
/** A variable within the quotes of PHP, Ruby or a shell; PostgreSQL's own `$1` is none. */
const INTERPOLATED = /(?:=|\b(?:like|in|values|from|into))\s*\(?\\?["'%]*(?:\$\{?[A-Za-z_]|\{\$|#\{)/i

/** Whether a statement in quotes has values put into its text, in one of the ways languages have for it. */
export function isBuiltFromText(_match: string, text: string, start: number): boolean {
  const before = text.slice(Math.max(0, start - 32), start)
  const opening = OPENING.exec(before)
  if (opening === null) return false
  const [, prefix, dollar, quote] = opening
  const rest = text.slice(start, start + STATEMENT_LENGTH)
  const close = closeOf(rest, quote!)
  const statement = rest.slice(0, close)
  if (!STATEMENT.test(statement)) return false
  // A tag such as sql`...` passes its values on apart.
  if (quote === '`') return prefix === '' && (statement.includes('${') || FORMATTER.test(before))
  if (/^(?:f|rf|fr)$/i.test(prefix!) || dollar !== undefined) return /\{\w/.test(statement)
  if (FORMATTER.test(before)) return /%|\{\d/.test(statement)
  if (quote === '"' && INTERPOLATED.test(statement)) return true
  const after = rest.slice(close).replace(/^["']+/, '')
  if (/(?:%[sd]|\{\w{0,20}\})/.test(statement) && /^\s*(?:%\s*[A-Za-z_(]|\.format\()/.test(after)) return true
  return BEFORE_VALUE.test(statement) && /^\s*(?:\+|\.\s?\$|&|\|\|)\s*[A-Za-z_$(]/.test(after)
}

/** Where the quote closes that is not written with a backslash, or the end. */
function closeOf(text: string, quote: string): number {
  for (let at = text.indexOf(quote); at >= 0; at = text.indexOf(quote, at + 1)) {
    if (text.charAt(at - 1) !== '\\') return at
  }
  return text.length
}

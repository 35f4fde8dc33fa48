/** Whether no safe loader is among the arguments of a call of `yaml.load`. */
export function isUnsafeYamlLoad(match: string, text: string, start: number): boolean {
  const from = start + match.length
  const call = /^[^\n]*/.exec(text.slice(from, from + 300))![0]
  return !/\bC?(?:Safe|Base)Loader\b/.test(call) && !/^\s*\)/.test(call)
}

/** How much of a statement in code is read. */
const STATEMENT_LENGTH = 500
/** What makes a statement of the verb, not a sentence. */
const STATEMENT = /^(?:select\s[\s\S]*\bfrom\s|insert\s|update\s+\S+\s+set\s|delete\s)/i
const OPENING = /([\w)]*)(["'`])\2{0,2}\s{0,8}$/
const FORMATTER = /(?:String\.format|Sprintf)\(\s*["`]\s*$/

/** Whether a statement in quotes has values put into its text, in one of the ways languages have for it. */
export function isBuiltFromText(_match: string, text: string, start: number): boolean {
  const before = text.slice(Math.max(0, start - 32), start)
  const opening = OPENING.exec(before)
  if (opening === null) return false
  const [, prefix, quote] = opening
  const rest = text.slice(start, start + STATEMENT_LENGTH)
  const close = rest.indexOf(quote!)
  const statement = close < 0 ? rest : rest.slice(0, close)
  if (!STATEMENT.test(statement)) return false
  // A tag such as sql`...` passes its values on apart.
  if (quote === '`') return prefix === '' && (statement.includes('${') || FORMATTER.test(before))
  if (/^f$/i.test(prefix!)) return /\{\w/.test(statement)
  if (FORMATTER.test(before)) return statement.includes('%')
  const after = close < 0 ? '' : rest.slice(close).replace(/^["']+/, '')
  if (/(?:%[sd]|\{\w{0,20}\})/.test(statement) && /^\s*(?:%\s*[A-Za-z_(]|\.format\()/.test(after)) return true
  return (
    /(?:=|\blike|\bin|\bvalues)\s*\(?["']?$/i.test(statement) &&
    /^\s*(?:\+|\.\s?\$|&|\|\|)\s*[A-Za-z_$(]/.test(after)
  )
}

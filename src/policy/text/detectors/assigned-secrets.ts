/** What stands where a secret would: placeholders, types, names of things to look up. */
const STAND_IN =
  /^(?:x{3,}|\*{3,}|\.{3}|<|\$\{|\$\(|\{\{?|\[|%[({sA-Z]|your[_ -]|my[_ -]|example|placeholder|redacted|changeme|change[_-]me|dummy|required|optional|string|number|boolean|integer|object|null|none|true|false|undefined|hidden|masked|bearer$|process\.|os\.|env\.|getenv|config\.|settings\.|self\.|this\.|vault|secretsmanager|arn:|op:|req\.|request\.|args\.|options\.)/i

/** A name that counts or points at something, not a secret: `next_page_token`, `csrf_token`, `total_tokens`. */
const HARMLESS_NAME =
  /(?:page|next|prev|continuation|sync|csrf|xsrf|stop|eos|bos|pad|max|num|total|count|per|public|reset|forgot|change|min)[_ -]?$/i

/** How long an unquoted value must be to be taken for a secret. */
const MIN_BARE = 8
/** How long a quoted one must be. */
const MIN_QUOTED = 6
const MAX_VALUE = 200

/** Whether a value that could be a secret follows the name, after a sign or on the next line. */
export function isSecretAssignment(match: string, text: string, start: number): boolean {
  if (HARMLESS_NAME.test(text.slice(Math.max(0, start - 16), start))) return false
  const end = start + match.length
  const following = text.slice(end, end + MAX_VALUE)
  // The working directory.
  if (/^pwd/i.test(match) && /^["']?(?:[/~]|[A-Z]:)/.test(following)) return false
  if (match.endsWith('\n')) return isSecretOnNextLine(text, start, following)
  const quoted = /^(["'`])([^"'`\n]*)\1/.exec(following)
  const value = quoted?.[2] ?? /^[^\s,;"'`)}\]]*/.exec(following)![0]
  if (STAND_IN.test(value) || /\s/.test(value)) return false
  if (quoted !== null) return value.length >= MIN_QUOTED && /[^a-z]/i.test(value)
  return value.length >= (/^pass/i.test(match) ? MIN_QUOTED : MIN_BARE) && isMixed(value)
}

/** A bare word may be any word: a secret mixes letters with something else, and calls nothing. */
const isMixed = (value: string): boolean =>
  /[A-Za-z]/.test(value) && /[^A-Za-z_.-]/.test(value) && !/[([]/.test(value)

/** Whether nothing but more of a name stands before on the line. */
const hasLineToItself = (text: string, start: number): boolean =>
  /(?:^|\n)[\w.-]{0,40}$/.test(text.slice(Math.max(0, start - 42), start))

/** In the text of an input a name has a line to itself, and so has its value. */
function isSecretOnNextLine(text: string, start: number, following: string): boolean {
  if (!hasLineToItself(text, start)) return false
  const value = /^[^\n]*/.exec(following)![0]
  return value.length >= MIN_QUOTED && !/\s/.test(value) && !STAND_IN.test(value) && isMixed(value)
}

/** Before `key` or `token`, what makes of it no secret. */
const NO_SECRET =
  /(?:\b(?:primary|foreign|unique|composite|sort|partition|cache|object|row|public|idempotency|and|or|where|on|by|set)[ _-]?|[a-z]-|mon|don|tur|hoc|whis)$/i

/** Whether the name is that of a secret, whatever the value is; keys of tables and of keyboards are none. */
export function isAnyAssignment(match: string, text: string, start: number): boolean {
  const before = text.slice(Math.max(0, start - 16), start)
  if (/^[^=:]*\n/.test(match) && !hasLineToItself(text, start)) return false
  return !NO_SECRET.test(before) && !HARMLESS_NAME.test(before) && !/==|=>?\s?>/.test(match)
}

/** Whether a password and a host follow the user, and the password is not a place to put one. */
export function isLoginInAddress(match: string, text: string, start: number): boolean {
  const end = start + match.length
  const password = /^([^\s/@"'<>]{1,128})@[\w[]/.exec(text.slice(end, end + 132))?.[1]
  return (
    password !== undefined && !STAND_IN.test(password) && !/^(?:password|pass|pwd|secret)$/i.test(password)
  )
}

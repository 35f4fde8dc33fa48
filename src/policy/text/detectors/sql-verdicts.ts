const SAME_ON_BOTH_SIDES =
  /^[\s(]*(?:(\d{1,12})[\s)]*(?:=|like|<=>)[\s(]*\1(?!\d|\.\w)|(['"])(\w{0,24})\2[\s)]*(?:=|like|<=>)[\s(]*\2\3(?!\w))/i

const COMPARED_NUMBERS = /^\w+\s{1,4}\d{1,6}\s{0,2}(?:[<>]=?|=)\s{0,2}\d/
const TRUE_TO_THE_END =
  /^or\s{1,4}(?:(?:true|not\s{1,4}false|1)\s{0,4}(?:--|#|\/\*|;|$)|(?:not\s{1,4})?exists\s?\()/i
const ASKED_OF_A_QUERY =
  /^\w+[\s(]{1,6}(?:(?:ascii|substr|substring|mid|length|ord|if|count)[\s(]{1,6})?select\s/i

/** Whether what an OR or AND adds is always true (`1=1`, `'a'='a`), nearly so, or asked of another query. */
export function isAlwaysTrue(match: string, text: string, start: number): boolean {
  const before = text.slice(Math.max(0, start - 8), start)
  if (/[A-Za-z_]$/.test(before)) return false
  const rest = text.slice(start, start + 120)
  const condition = rest.slice(/^(?:or|and|xor|\|\||&&)/i.exec(match)![0].length)
  if (SAME_ON_BOTH_SIDES.test(condition)) return true
  if (COMPARED_NUMBERS.test(rest) && /['")]\s{0,4}$/.test(before)) return true
  if (TRUE_TO_THE_END.test(rest) && /['"]\s{0,4}\)?\s{0,4}$/.test(before)) return true
  return ASKED_OF_A_QUERY.test(rest)
}

/** Whether both sides of an equation that a quote and an OR lead up to are one name: `' or a=a`. */
export function isSameOnBothSides(match: string, text: string, start: number): boolean {
  const equation = text.slice(start, start + match.length + 32)
  return /\s([a-z]\w{0,24})\s{0,2}=\s{0,2}\1(?![\w.])/i.test(equation)
}

/** A statement somewhere before a literal in it. */
const STATEMENT_BEFORE = /\b(?:select|where|insert|update|values|declare|union|exec(?:ute)?)\b[^;]*$/i

/** Whether a literal in hex is none of a pointer, an address or a hash: longer than the one, of another length than the rest. */
export function isLongHex(match: string, text: string, start: number): boolean {
  const end = start + match.length
  const digits = 17 + /^[0-9a-f]*/i.exec(text.slice(end, end + 256))![0].length
  if (digits !== 40 && digits !== 64) return true
  return STATEMENT_BEFORE.test(text.slice(Math.max(0, start - 300), start))
}

/** Whether a comment ends a line right after a short value and a quote: `admin'--`. */
export function isCutShort(match: string, text: string, start: number): boolean {
  const before = text.slice(Math.max(0, start - 44), start)
  const after = text.slice(start + match.length, start + match.length + 42)
  // A value within JSON: `"admin'--"`.
  if (/" ?[\w.@-]{1,40}$/.test(before) && match.startsWith("'") && /^[\s-]{0,4}"/.test(after)) return true
  return /(?:^|[\n:=]) ?[\w.@-]{1,40}$/.test(before) && /^(?:[^\n]{0,40}(?:\n|$)|&)/.test(after)
}

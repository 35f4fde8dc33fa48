const SAME_ON_BOTH_SIDES =
  /^[\s(]*(?:(\d{1,12})[\s)]*(?:=|like|<=>)[\s(]*\1(?!\d|\.\w)|(['"])(\w{0,24})\2[\s)]*(?:=|like|<=>)[\s(]*\2\3(?!\w))/i

const COMPARED_NUMBERS = /^\w+\s{1,4}\d{1,6}\s{0,2}[<>]=?\s{0,2}\d/
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

/** How much of a statement is read for its WHERE. */
const STATEMENT_LENGTH = 2000

/** Whether a DELETE or UPDATE begins a statement that ends, or goes on, without saying which rows. */
export function endsWithoutWhere(match: string, text: string, start: number): boolean {
  if (!/(?:^|[;\n"'`(:=])\s*$/.test(text.slice(Math.max(0, start - 8), start))) return false
  const rest = text.slice(start + match.length - 1, start + match.length + STATEMENT_LENGTH)
  const statement = /^[^;]*/.exec(rest)![0]
  if (/\b(?:where|limit|using|join|returning)\b/i.test(statement)) return false
  if (/delete\s/i.test(match))
    return /^[\w$.\][`"']+(?:\s+(?:as\s+)?[A-Za-z]\w?)?\s*(?:$|[;\n"'`)\\]|--)/.test(rest)
  return /^[\w$.\][`"']+(?:\s+(?:as\s+)?[A-Za-z]\w?)?\s+set\s+[\w$.\][`"']+\s*=/i.test(rest)
}

/** Whether a comment ends a line right after a short value and a quote: `admin'--`. */
export function isCutShort(match: string, text: string, start: number): boolean {
  const end = start + match.length
  return (
    /(?:^|[\n:=]) ?[\w.@-]{1,40}$/.test(text.slice(Math.max(0, start - 44), start)) &&
    /^[^\n]{0,40}(?:\n|$)/.test(text.slice(end, end + 42))
  )
}

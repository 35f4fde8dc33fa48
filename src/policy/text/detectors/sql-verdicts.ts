const SAME_ON_BOTH_SIDES =
  /^[\s(]*(?:(\d{1,12})[\s)]*(?:=|like|<=>)[\s(]*\1(?!\d|\.\w)|(['"])(\w{0,24})\2[\s)]*(?:=|like|<=>)[\s(]*\2\3(?!\w))/i

/** Whether both sides of a condition are the same number, or the same text in quotes: `1=1`, `'a'='a`, `''=''`. */
export function isSameOnBothSides(match: string, text: string, start: number): boolean {
  const end = start + match.length - 1
  return SAME_ON_BOTH_SIDES.test(text.slice(end, end + 80))
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

import type { Verdict } from './finder.js'
import { END, NAME } from './sql-parts.js'

/** How much of a statement is read. */
const STATEMENT_LENGTH = 2000

const beginsStatement = (text: string, start: number): boolean =>
  /(?:^|[;\n"'`():=]|\*\/)\s*$/.test(text.slice(Math.max(0, start - 8), start))

/** Whether one of the patterns, which begin with `^`, matches what begins here. */
const opensWith =
  (...patterns: readonly RegExp[]): Verdict =>
  (_match, text, start) => {
    const statement = text.slice(start, start + OPENING_LENGTH)
    return patterns.some((pattern) => pattern.test(statement))
  }

const OPENING_LENGTH = 512

/** A condition to the end of the statement that every row meets. */
const EVERY_ROW = /\bwhere\s+(?:true|1|(['"]?)(\w+)\1\s*=\s*\1\2\1)\s*(?:$|[\n"'`)\\]|--)/i

/** Whether a DELETE or UPDATE begins a statement that ends, or goes on, without saying which rows: all are meant. */
export function endsWithoutWhere(match: string, text: string, start: number): boolean {
  if (!beginsStatement(text, start)) return false
  const rest = text.slice(start + match.length - 1, start + match.length + STATEMENT_LENGTH)
  const statement = /^[^;]*/.exec(rest)![0]
  if (EVERY_ROW.test(statement)) return true
  if (/\b(?:where|limit|using|join|returning)\b/i.test(statement)) return false
  if (/delete\s/i.test(match))
    return /^[\w$.\][`"']+(?:\s+(?:as\s+)?[A-Za-z]\w?)?\s*(?:$|[;\n"'`)\\]|--)/.test(rest)
  return /^[\w$.\][`"']+(?:\s+(?:as\s+)?[A-Za-z]\w?)?\s+set\s+[\w$.\][`"']+\s*=/i.test(rest)
}

const RIGHT =
  '(?:all(?:\\s+privileges)?|select|insert|update|delete|truncate|execute|usage|create|connect|references|trigger|control|alter|super|process|file|proxy|reload|grant\\s+option)'

/** Whether rights or roles are given or taken. In small letters a role's name could be any word, so only known ones count. */
export const isGrant = opensWith(
  new RegExp(
    `^(?:grant|revoke)\\s+(?:grant\\s+option\\s+for\\s+)?${RIGHT}(?:\\s*,\\s*\\w{1,20}){0,8}\\s+on\\s+(?:\\w{1,12}\\s+){0,4}[\\w.*'@"\`[\\]]{1,64}\\s+(?:to|from)\\s`,
    'i',
  ),
  new RegExp(
    `^(?:GRANT\\s+(?:ROLE\\s+)?${NAME}\\s+TO|REVOKE\\s+${NAME}\\s+FROM)\\s+(?:USER\\s+)?${NAME}${END}`,
  ),
  /^grant\s+(?:dba|sysdba|sysadmin|superuser|db_owner|pg_\w{1,40}|rds_superuser)\s+to\s+\w/i,
  /^revoke\s+all\s+privileges\s*,\s*grant\s+option\s+from\s/i,
)

const isUserWithOptions = opensWith(
  new RegExp(
    `^(?:create|alter)\\s+(?:user|role|login)\\s+(?:if\\s+not\\s+exists\\s+)?${NAME}(?:@\\S{1,64})?\\s+(?:with|identified|password|superuser|set\\s+password|createdb|createrole|login)\\b`,
    'i',
  ),
  new RegExp(`^CREATE\\s+(?:USER|ROLE|LOGIN)\\s+${NAME}(?:@\\S{1,64})?${END}`),
)
const isUserAlone = opensWith(
  new RegExp(`^create\\s+(?:user|role|login)\\s+${NAME}(?:@\\S{1,64})?\\s*;`, 'i'),
)

/** Whether a user is made or changed. In small letters and without options it reads as prose but for its place. */
export const isUserChange: Verdict = (match, text, start) =>
  isUserWithOptions(match, text, start) || (beginsStatement(text, start) && isUserAlone(match, text, start))

const CHANGE = new RegExp(
  `^(?:${[
    `(?:drop|truncate|alter)\\s+(?:table|database|schema|view|index|user|role|login|procedure|function|trigger)\\s+["'\`[\\w]`,
    `truncate\\s+${NAME}\\s*(?:$|[;\\n"'])`,
    `delete\\s+from\\s+${NAME}(?:\\s+where\\b|\\s*(?:$|[;\\n"']|--|#))`,
    `update\\s+${NAME}\\s+set\\s+${NAME}\\s*=`,
    `insert\\s+into\\s+${NAME}\\s*(?:\\(|values\\b|select\\b)`,
    'exec(?:ute)?\\s+(?:xp_|sp_|master|immediate\\b|\\()',
    `create\\s+(?:user|login|role|table|trigger)\\s+${NAME}\\s*(?:[;(@]|with\\b|identified\\b)`,
    `(?:grant|revoke)\\s+${RIGHT}[\\w ,]{0,64}\\s(?:on|to|from)\\s`,
  ].join('|')})`,
  'i',
)

/** Whether the match ends with a verb that begins a statement that changes something, told from prose by what follows it. */
export const isChange: Verdict = (match, text, start) => {
  const verb = start + match.length - /\w+$/.exec(match)![0].length
  return CHANGE.test(text.slice(verb, verb + OPENING_LENGTH))
}

/** Whether such a statement begins on the line after one that holds a comment. */
export const isChangeAfterComment: Verdict = (match, text, start) =>
  /(?:--|#)[^\n]*$/.test(text.slice(Math.max(0, start - OPENING_LENGTH), start)) &&
  isChange(match, text, start)

/** Tables of who may do what, what was done, and how all is set up; with their schema or not. */
const ADMIN_TABLE =
  /^(?:["'`[]?\w{1,32}["'`\]]?\.){0,2}["'`[]?(?:(?:app_|user_|admin_|sys(?:tem)?_)?(?:users?|accounts|roles|permissions|privileges|credentials|passwords|sessions|settings|config(?:uration)?s?)|admins?|administrators|api_keys|audit(?:_?(?:logs?|trail|events?|records?|entries))?)["'`\]]?(?![\w.])/i
const COLUMNS =
  /\bselect\s+(?:distinct\s+|top\s+\d+\s+)?(?:[\w.`"[\]]*\*|[\w.`"'[\]]+(?:\s*[,(]|\s+as\s|\s*$))/i
/** What goes on after the name of a table, where prose would not. */
const AFTER_TABLE =
  /^\s*(?:$|[;,)"'`\n(\\-]|(?:where|order|group|having|limit|offset|fetch|union|join|left|right|inner|full|cross|with)\b|[a-z]\w{0,2}\b)/i

/** Whether an administrative table is read: a SELECT with its columns leads up to it, and no prose follows. */
export function isReadOfAdminTable(match: string, text: string, start: number): boolean {
  const from = start + /^\w+\s+/.exec(match)![0].length
  const table = ADMIN_TABLE.exec(text.slice(from, from + 128))?.[0]
  if (table === undefined || !AFTER_TABLE.test(text.slice(from + table.length, from + table.length + 24)))
    return false
  return COLUMNS.test(/[^;]*$/.exec(text.slice(Math.max(0, start - STATEMENT_LENGTH), start))![0])
}

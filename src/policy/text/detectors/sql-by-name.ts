import type { ClueDetector } from './from-clues.js'
import { CATALOGUES, GAP, NAME, START } from './sql-parts.js'
import { isChange, isChangeAfterComment, isReadOfAdminTable } from './sql-statements.js'
import { isLongHex } from './sql-verdicts.js'

const VERB = '(?:drop|truncate|alter|delete|update|insert|exec(?:ute)?|create|grant|revoke)'

/** SQL that is daily work in one place and a warning in another: asked for by name, not by the group. */
export const SQL_BY_NAME: readonly ClueDetector[] = [
  {
    name: 'sql.admin_tables',
    title: 'Reading of administrative tables',
    description:
      'Reads of users, roles, sessions, audit log, settings or keys, and of the catalogue of tables; whatever the query is for.',
    category: 'sql',
    byNameOnly: true,
    clues: [
      { pattern: '(?i)\\b(?:from|join)\\s{1,8}["\'`\\[]?\\w', accept: isReadOfAdminTable },
      `(?i)\\b(?:from|join)${GAP}(?:${CATALOGUES}|performance_schema\\.|pg_stat_activity\\b|\\[?sys\\]?\\.\\[?\\w)`,
      `(?i)${START}(?:show\\s{1,4}(?:full\\s{1,4})?(?:tables|databases|schemas|grants|users|columns)\\s{0,4}(?:$|[;\\n]|from\\b|like\\b|for\\b)|describe\\s{1,4}${NAME}\\s{0,4}(?:$|;))`,
    ],
  },
  {
    name: 'sql.hex_literal',
    title: 'Long hex literal',
    description:
      'Nine bytes or more in hex, as SQL writes them; not the 20 or 32 bytes of addresses and hashes outside a statement.',
    category: 'sql',
    byNameOnly: true,
    clues: [
      { pattern: '(?i)(?:^|[^\\w"\'`])0x[0-9a-f]{17}', accept: isLongHex },
      '(?i)\\bunhex\\s?\\(\\s?["\'][0-9a-f]{8}',
    ],
  },
  {
    name: 'sql.stacked',
    title: 'Second statement',
    description:
      'A semicolon and a statement that changes data, tables, users or rights; scripts of several statements are found too.',
    category: 'sql',
    byNameOnly: true,
    clues: [{ pattern: `(?i);\\s{0,8}${VERB}\\b`, accept: isChange }],
  },
  {
    name: 'sql.after_comment',
    title: 'Statement after a comment',
    description:
      'A statement that changes data, tables, users or rights right after /* */, or in or after a line behind -- or #.',
    category: 'sql',
    byNameOnly: true,
    clues: [
      { pattern: `(?i)\\*/\\s{0,8}${VERB}\\b`, accept: isChange },
      { pattern: `(?i)(?:--|#)\\s{0,8}${VERB}\\b`, accept: isChange },
      { pattern: `(?i)\\n\\s{0,8}${VERB}\\b`, accept: isChangeAfterComment },
    ],
  },
]

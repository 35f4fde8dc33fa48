import type { ClueDetector } from './from-clues.js'
import { CATALOGUES, END, GAP, NAME, START } from './sql-parts.js'
import { endsWithoutWhere, isGrant, isUserChange } from './sql-statements.js'
import { isAlwaysTrue, isCutShort, isSameOnBothSides } from './sql-verdicts.js'

/** SQL that was smuggled in, and SQL that destroys. */
export const SQL: readonly ClueDetector[] = [
  {
    name: 'sql.injection',
    title: 'SQL injection',
    description:
      'What is put into a value to change the statement around it: always-true conditions, UNION SELECT, stacked statements, delays, words and values in disguise, files, catalogues.',
    category: 'sql',
    clues: [
      // always true, or as good as
      {
        pattern:
          '(?i)(?:or|and|xor|\\|\\||&&)[\\s(]{0,6}(?:[\'"\\d]|true\\b|not\\s|exists\\b|select\\s|(?:ascii|substr|substring|mid|length|ord|if|count)\\s?\\()',
        accept: isAlwaysTrue,
      },
      {
        pattern: '(?i)[\'"]\\s{0,4}\\)?\\s{0,4}(?:or|\\|\\|)\\s{1,4}[a-z]\\w{0,24}\\s{0,2}=\\s{0,2}[a-z]',
        accept: isSameOnBothSides,
      },
      `(?i)['"]\\s{0,4}\\)?\\s{1,4}or\\s{1,4}\\w{1,32}\\s{1,4}is\\s{1,4}not\\s{1,4}null\\s{0,4}(?:--|#|/\\*)`,
      // a login cut short by a comment
      { pattern: `['"]\\s{0,2}\\)?\\s{0,2}(?:--|/\\*)`, accept: isCutShort },
      { pattern: `['"]\\s{0,2}\\)?\\s{0,2}#`, accept: isCutShort },
      `(?i)'\\s{0,2}(?:--|#|/\\*)\\s{0,4}'\\s{0,4}\\)?\\s{1,4}(?:and|or|limit)\\b`,
      // another query's rows
      `(?i)\\bunion${GAP}(?:(?:all|distinct)${GAP})?\\(?select${GAP}\\(?(?:null|\\d|['"@*(]|0x|char|concat|version|user|database|[\\w.\`]{1,64}\\s{0,4}(?:,|\\(|from\\b))`,
      // another statement
      `(?i)['")\\d]\\s{0,4};\\s{0,8}(?:drop\\s{1,4}(?:table|database|schema|view|index|user)|truncate\\s{1,4}table|alter\\s{1,4}(?:table|user|login)|create\\s{1,4}(?:user|login|table|trigger)|insert\\s{1,4}into|exec(?:ute)?\\s{1,4}(?:xp_|sp_|master|immediate|\\()|shutdown\\b|declare\\s{1,4}@|grant\\s{1,4}\\w)`,
      `(?i)['")\\d]\\s{0,4};\\s{0,8}(?:delete\\s{1,4}from\\s{1,4}${NAME}(?:\\s{1,4}where\\b|\\s{0,4}(?:$|;|--|#))|update\\s{1,4}${NAME}\\s{1,4}set\\s{1,4}${NAME}\\s{0,4}=)`,
      // the answer in the time it takes
      `(?i)(?:select|and|or|xor|if|where|case|when|then|\\|\\||[,'"=(])[\\s(]{0,6}(?:sleep|pg_sleep)\\s{0,2}\\(\\s{0,2}['"]?\\d`,
      `(?i)\\bpg_sleep\\s{0,2}\\(|\\bwaitfor\\s{1,4}(?:delay|time)\\s{1,4}['"]|\\bbenchmark\\s{0,2}\\(\\s{0,2}\\d{4,12}\\s{0,2},|\\bdbms_(?:lock\\.sleep|pipe\\.receive_message)\\b`,
      '\\bSLEEP\\s?\\(\\s?\\d',
      // the answer in an error, or bit by bit
      `(?i)\\b(?:extractvalue|updatexml)\\s{0,2}\\([^\\n]*(?:0x|concat|select)`,
      `(?i)\\bconvert\\s{0,2}\\(\\s{0,2}int\\s{0,2},\\s{0,2}(?:@@|\\(?\\s{0,2}select|user|db_name|n?char\\s?\\()`,
      `(?i)\\bcast\\s{0,2}\\([\\s(]{0,6}(?:select\\s{1,4})?(?:@@|(?:version|user|database|db_name)\\s?\\(|current_user\\b|(?:password|passwd|table_name|column_name|usename)\\s)[^\\n;]*\\)?\\s{1,4}as\\s{1,4}(?:int|integer|numeric|decimal|signed|unsigned)\\b`,
      `(?i)['")\\d]\\s{0,4}(?:order\\s{1,4}by\\s{1,4}\\d{1,3}|having\\s{1,4}\\d{1,3}\\s?=\\s?\\d{1,3}|group\\s{1,4}by\\s{1,4}\\d{1,3})\\s{0,4}(?:--|#|/\\*)`,
      // words hidden from filters
      `(?i)\\b(?:union|select|or|and|from|where|insert|drop|delete|update)/\\*[^*]*\\*/`,
      `/\\*!\\d{5}`,
      // text that is not written as text
      `(?i)(?:char|chr)\\s?\\(\\d{2,3}\\)\\s{0,2}(?:\\+|\\|\\||,)\\s{0,2}n?(?:char|chr)\\s?\\(`,
      `(?i)\\bselect\\s{1,4}n?cha?r\\s?\\(\\s?(?:\\d|0x)|\\bn?char\\s?\\(\\s?(?:\\d{2,3}|0x[0-9a-f]{2})\\s?,\\s?(?:\\d{2,3}|0x[0-9a-f]{2})\\s?[,)]`,
      `(?i)\\b(?:select|exec(?:ute)?)[\\s(]{1,6}0x[0-9a-f]{6}|\\bcast\\s?\\(\\s?0x[0-9a-f]{8,}\\s{1,4}as\\s{1,4}n?(?:var)?char|['"]\\s{0,4}(?:or|and)\\s{1,4}\\w{1,32}\\s?=\\s?0x[0-9a-f]{6}`,
      `(?i)\\bconcat(?:_ws)?\\s?\\(\\s{0,2}(?:0x|char\\(|\\(?\\s{0,2}select\\s)|\\bconcat(?:_ws)?\\s?\\([^\\n;]*(?:[,(]\\s{0,2}0x[0-9a-f]|,\\s{0,2}\\(\\s{0,2}select\\s)`,
      // catalogues, files, the system underneath
      `(?i)\\b(?:from|join)${GAP}${CATALOGUES}`,
      `(?i)\\binto\\s{1,4}(?:out|dump)file\\s{1,4}['"]|\\bload_file\\s{0,2}\\(\\s{0,2}(?:['"0]|n?char\\b|concat\\b|unhex\\b)|\\bload\\s{1,4}data\\s{1,4}(?:local\\s{1,4})?infile\\b|\\bcopy\\s{1,4}(?:${NAME}|\\([^\\n]*\\))\\s{1,4}(?:from|to)\\s{1,4}program\\b`,
      `(?i)\\bxp_(?:cmdshell|regread|regwrite|dirtree|fileexist|servicecontrol)\\b|\\bsp_oa(?:create|method)\\b|\\butl_(?:http|inaddr|file|smtp)\\.|\\bopenrowset\\s{0,2}\\(|\\bpg_(?:read_(?:binary_)?file|ls_dir)\\s?\\(|\\blo_import\\s?\\(`,
    ],
  },
  {
    name: 'sql.destructive',
    title: 'Destructive SQL',
    description:
      'DROP, TRUNCATE, ALTER TABLE ... DROP, DELETE and UPDATE of all rows, and changes of users and their rights.',
    category: 'sql',
    clues: [
      `(?i)\\bdrop\\s{1,4}(?:table|database|schema|view|materialized\\s{1,4}view|index|user|role|login|tablespace|procedure|function|trigger|sequence|keyspace|extension|type)\\s{1,4}(?:concurrently\\s{1,4})?(?:if\\s{1,4}exists\\s{1,4})?${NAME}${END}`,
      `(?i)\\btruncate\\s{1,4}table\\s{1,4}(?:only\\s{1,4})?${NAME}${END}`,
      `(?i)${START}truncate\\s{1,4}${NAME}\\s{0,4};`,
      `(?i)\\balter\\s{1,4}table\\s{1,4}(?:if\\s{1,4}exists\\s{1,4})?(?:only\\s{1,4})?${NAME}\\s{1,8}drop\\s{1,4}(?:column|constraint|partition|primary|foreign|index|if\\s|${NAME}${END})`,
      {
        pattern: `(?i)\\b(?:delete\\s{1,8}from|update)\\s{1,8}["'\`\\[]?[A-Za-z_]`,
        accept: endsWithoutWhere,
      },
      { pattern: '(?i)\\b(?:grant|revoke)\\s{1,4}\\w', accept: isGrant },
      {
        pattern: '(?i)\\b(?:create|alter)\\s{1,4}(?:user|role|login)\\s{1,4}["\'`\\[]?\\w',
        accept: isUserChange,
      },
    ],
  },
]

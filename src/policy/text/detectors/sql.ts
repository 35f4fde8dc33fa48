import type { ClueDetector } from './from-clues.js'
import { endsWithoutWhere, isAlwaysTrue, isCutShort } from './sql-verdicts.js'

/** A name, quoted or not, with its schema or not. */
const NAME = `["'\`\\[]?[A-Za-z_][\\w$]{0,63}["'\`\\]]?(?:\\.["'\`\\[]?[A-Za-z_][\\w$]{0,63}["'\`\\]]?){0,2}`
/** Where a statement ends, or a text that holds nothing else. */
const END = `\\s{0,8}(?:$|[;\\n"'\`)\\\\,]|--|cascade\\b|restrict\\b)`
/** Where a statement begins. */
const START = `(?:^|[;\\n"'\`(:=])\\s{0,8}`
/** White space, or the comment put in its place to slip past a filter. */
const GAP = '(?:\\s|\\+|%20|%0[9ad]|/\\*[^*]*\\*/){1,10}'

/** SQL that was smuggled in, and SQL that destroys. */
export const SQL: readonly ClueDetector[] = [
  {
    name: 'sql.injection',
    title: 'SQL injection',
    description:
      'What is put into a value to change the statement around it: always-true conditions, UNION SELECT, stacked statements, delays, comments in place of spaces, files, catalogues.',
    category: 'sql',
    clues: [
      // always true, or as good as
      {
        pattern:
          '(?i)(?:or|and|xor|\\|\\||&&)[\\s(]{0,6}(?:[\'"\\d]|true\\b|not\\s|exists\\b|select\\s|(?:ascii|substr|substring|mid|length|ord|if|count)\\s?\\()',
        accept: isAlwaysTrue,
      },
      // a login cut short by a comment
      { pattern: `['"]\\s{0,2}\\)?\\s{0,2}(?:--|/\\*)`, accept: isCutShort },
      { pattern: `['"]\\s{0,2}\\)?\\s{0,2}#`, accept: isCutShort },
      // another query's rows
      `(?i)\\bunion${GAP}(?:(?:all|distinct)${GAP})?\\(?select${GAP}\\(?(?:null|\\d|['"@*(]|0x|char|concat|version|user|database|[\\w.\`]{1,64}\\s{0,4}(?:,|\\(|from\\b))`,
      // another statement
      `(?i)['")\\d]\\s{0,4};\\s{0,8}(?:drop\\s{1,4}(?:table|database|schema|view|index|user)|truncate\\s{1,4}table|alter\\s{1,4}(?:table|user|login)|create\\s{1,4}(?:user|login|table|trigger)|insert\\s{1,4}into|exec(?:ute)?\\s{1,4}(?:xp_|sp_|master|immediate|\\()|shutdown\\b|declare\\s{1,4}@|grant\\s{1,4}\\w)`,
      `(?i)['")\\d]\\s{0,4};\\s{0,8}(?:delete\\s{1,4}from\\s{1,4}${NAME}(?:\\s{1,4}where\\b|\\s{0,4}(?:$|;|--|#))|update\\s{1,4}${NAME}\\s{1,4}set\\s{1,4}${NAME}\\s{0,4}=)`,
      // the answer in the time it takes
      `(?i)(?:select|and|or|xor|if|where|case|when|then|\\|\\||[,'"=(])[\\s(]{0,6}(?:sleep|pg_sleep)\\s{0,2}\\(\\s{0,2}['"]?\\d`,
      `(?i)\\bpg_sleep\\s{0,2}\\(|\\bwaitfor\\s{1,4}(?:delay|time)\\s{1,4}['"]|\\bbenchmark\\s{0,2}\\(\\s{0,2}\\d{4,12}\\s{0,2},|\\bdbms_(?:lock\\.sleep|pipe\\.receive_message)\\b`,
      // the answer in an error, or bit by bit
      `(?i)\\b(?:extractvalue|updatexml)\\s{0,2}\\([^\\n]*(?:0x|concat|select)`,
      `(?i)\\bconvert\\s{0,2}\\(\\s{0,2}int\\s{0,2},\\s{0,2}(?:@@|\\(?\\s{0,2}select|user|db_name)`,
      `(?i)['")\\d]\\s{0,4}(?:order\\s{1,4}by\\s{1,4}\\d{1,3}|having\\s{1,4}\\d{1,3}\\s?=\\s?\\d{1,3}|group\\s{1,4}by\\s{1,4}\\d{1,3})\\s{0,4}(?:--|#|/\\*)`,
      // words hidden from filters
      `(?i)\\b(?:union|select|or|and|from|where|insert|drop|delete|update)/\\*[^*]*\\*/`,
      `/\\*!\\d{5}`,
      `(?i)(?:char|chr)\\s?\\(\\d{2,3}\\)\\s{0,2}(?:\\+|\\|\\||,)\\s{0,2}(?:char|chr)\\s?\\(|\\bconcat\\s?\\(\\s{0,2}(?:0x|char\\(|\\(?select)`,
      // catalogues, files, the system underneath
      `(?i)\\b(?:from|join)${GAP}(?:information_schema\\.|mysql\\.user\\b|pg_catalog\\.|pg_(?:shadow|user|authid|tables)\\b|sqlite_(?:master|schema)\\b|sys\\.(?:tables|columns|objects|databases|sql_logins)\\b|sysobjects\\b|syscolumns\\b|all_tables\\b|user_tables\\b|v\\$version\\b)`,
      `(?i)\\binto\\s{1,4}(?:out|dump)file\\s{1,4}['"]|\\bload_file\\s{0,2}\\(\\s{0,2}['"0]|\\bload\\s{1,4}data\\s{1,4}(?:local\\s{1,4})?infile\\b|\\bcopy\\s{1,4}${NAME}\\s{1,4}(?:from|to)\\s{1,4}program\\b`,
      `(?i)\\bxp_(?:cmdshell|regread|regwrite|dirtree|fileexist|servicecontrol)\\b|\\bsp_oa(?:create|method)\\b|\\butl_(?:http|inaddr|file|smtp)\\.|\\bopenrowset\\s{0,2}\\(`,
    ],
  },
  {
    name: 'sql.destructive',
    title: 'Destructive SQL',
    description:
      'DROP, TRUNCATE, ALTER TABLE ... DROP, DELETE and UPDATE without WHERE, and changes of users and their rights.',
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
      `(?i)\\b(?:grant|revoke)\\s{1,4}(?:grant\\s{1,4}option\\s{1,4}for\\s{1,4})?(?:all(?:\\s{1,4}privileges)?|select|insert|update|delete|truncate|execute|usage|create|connect|references|trigger|control|alter)(?:\\s{0,4},\\s{0,4}\\w{1,20}){0,8}\\s{1,4}on\\s{1,4}(?:\\w{1,12}\\s{1,4}){0,3}[\\w.*"\`\\[\\]]{1,64}\\s{1,4}(?:to|from)\\s`,
      `(?i)\\b(?:create|alter)\\s{1,4}(?:user|role|login)\\s{1,4}(?:if\\s{1,4}not\\s{1,4}exists\\s{1,4})?${NAME}(?:@\\S{1,64})?\\s{1,4}(?:with|identified|password|superuser|set\\s{1,4}password|createdb|createrole|login)\\b`,
    ],
  },
]

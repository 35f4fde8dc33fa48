/** Parts of statements that several patterns share, in RE2 syntax. */

/** A name, quoted or not, with its schema or not. */
export const NAME = `["'\`\\[]?[A-Za-z_][\\w$-]{0,63}["'\`\\]]?(?:\\.["'\`\\[]?[A-Za-z_][\\w$-]{0,63}["'\`\\]]?){0,2}`

/** Where a statement ends, or a text that holds nothing else. */
export const END = `\\s{0,8}(?:$|[;\\n"'\`)\\\\,]|--|cascade\\b|restrict\\b)`

/** Where a statement begins. */
export const START = `(?:^|[;\\n"'\`(:=]|\\*/)\\s{0,8}`

/** White space, or the comment put in its place to slip past a filter. */
export const GAP = '(?:\\s|\\+|%20|%0[9ad]|/\\*[^*]*\\*/){1,10}'

/** The tables in which databases keep their tables, columns, users and passwords. */
export const CATALOGUES = `(?:["'\`\\[]?information_schema["'\`\\]]?\\s{0,2}\\.|mysql\\.user\\b|["\\[]?pg_catalog["\\]]?\\.|pg_(?:shadow|user|authid|roles|tables)\\b|sqlite_(?:master|schema)\\b|\\[?sys\\]?\\.\\[?(?:tables|columns|objects|schemas|databases|sql_logins)\\b|(?:master\\.{1,2}(?:dbo\\.)?)?sys(?:objects|columns|databases|logins)\\b|(?:all|dba|user)_(?:tables|tab_columns)\\b|dba_users\\b|v\\$version\\b)`

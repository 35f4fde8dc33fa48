import { fromPatterns, type PatternDetector } from './from-patterns.js'

/** Before and after a token of letters and digits, so that it is not cut out of a longer one. */
const START = '(?:^|[^0-9A-Za-z_])'
const END = '(?:$|[^0-9A-Za-z_])'

const TABLE: readonly PatternDetector[] = [
  {
    name: 'secret.aws_key',
    title: 'AWS access key id',
    description: 'The id of a long-lived (AKIA) or temporary (ASIA) AWS access key.',
    category: 'secret',
    patterns: [`${START}(?:AKIA|ASIA|ABIA|ACCA)[2-7A-Z]{16}${END}`],
  },
  {
    name: 'secret.private_key',
    title: 'Private key',
    description: 'The head of a private key in PEM or PGP armour.',
    category: 'secret',
    patterns: ['-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----'],
  },
]

/** Credentials and keys. */
export const SECRETS = fromPatterns(TABLE)

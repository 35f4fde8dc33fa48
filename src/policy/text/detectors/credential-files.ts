import type { ClueDetector } from './from-clues.js'

const HOME =
  '(?:~|\\$HOME|\\$\\{HOME\\}|/root|/home/[\\w.-]{1,32}|/Users/[\\w.-]{1,32}|%USERPROFILE%|[A-Z]:\\\\Users\\\\[\\w.-]{1,32})'
/** Whatever reads or copies a file, and what stands before the file's name. */
const READ =
  /\b(?:cat|tac|less|more|head|tail|bat|nl|strings|xxd|od|base64|grep|awk|sed|cut|cp|mv|scp|rsync|tar|zip|source|type|vim?|nano|open|get-content|gc|curl|read_?file(?:sync)?)\b[^\n;|&]*[\s/"'@=(]$/i
const REACH = 256

/** Whether a command reads the file, or its path stands alone, as an argument of a tool that reads files. */
function isRead(match: string, text: string, start: number): boolean {
  const after = text.charAt(start + match.length)
  if (!/^[\s"');|&]?$/.test(after)) return false
  const before = text.slice(Math.max(0, start - REACH), start)
  if (READ.test(before)) return true
  const from = Math.max(before.lastIndexOf('\n'), before.lastIndexOf('"')) + 1
  if (!/^(?:[A-Za-z]:)?[\w.~$/\\-]*$/.test(before.slice(from)) || !/^[\n"]?$/.test(after)) return false
  if (from === 0) return start <= REACH
  return (
    before.charAt(from - 1) === '\n' || /"(?:file_?)?(?:path|name)?"\s?:\s?"$/.test(before.slice(0, from))
  )
}

/** Files and stores that hold keys and passwords. */
export const CREDENTIAL_FILES: readonly ClueDetector[] = [
  {
    name: 'command.credential_read',
    title: 'Credential files',
    description:
      'Files that hold keys and passwords: ~/.ssh, ~/.aws, .env, /etc/shadow, tokens of clouds and clusters.',
    category: 'command',
    clues: [
      `(?:${HOME}/|[\\s"'=(]|/|^)\\.(?:ssh/(?:id_\\w{2,12}|authorized_keys|identity|\\*)|aws/credentials|kube/config|docker/config\\.json|netrc\\b|pgpass\\b|git-credentials\\b|gnupg/|config/gcloud/|azure/(?:accessTokens|msal)|npmrc\\b|pypirc\\b|config/gh/hosts\\.yml|vault-token\\b|terraform\\.d/credentials|claude/\\.credentials|codex/auth\\.json|my\\.cnf\\b|s3cfg\\b|boto\\b)`,
      `${HOME}[/\\\\]\\.(?:ssh|aws|gnupg|kube|azure)(?:[/\\\\\\s"';|&)]|$)`,
      // An example of a .env file is none.
      {
        pattern: '(?i)\\.env(?:\\.(?:local|production|prod|development|dev|staging|test))?',
        accept: isRead,
      },
      {
        pattern:
          '(?i)(?:credentials\\.(?:json|csv|ya?ml)|service[_-]?account(?:[_-]?key)?\\.json|client_secret[\\w-]{0,40}\\.json|secrets?\\.(?:ya?ml|json|toml)|id_(?:rsa|dsa|ecdsa|ed25519)|wp-config\\.php|\\.htpasswd|\\.(?:bash|zsh|mysql|psql|python)_history|(?:server|private|tls|ssl|client|ca|host|signing|deploy)(?:[_-]key)?\\.(?:key|pem|p12|pfx))',
        accept: isRead,
      },
      '\\b(?:printenv|env|set)\\s{0,4}\\|\\s{0,4}(?:curl|wget|nc|ncat|base64)\\b|/etc/kubernetes/admin\\.conf\\b|/etc/ssl/private/|\\bansible-vault\\s{1,4}(?:view|decrypt)\\b',
      '/etc/(?:shadow|gshadow|sudoers|master\\.passwd|security/passwd|krb5\\.keytab)\\b|/proc/(?:self|\\d{1,7})/environ\\b',
      '/(?:var/)?run/secrets/(?:kubernetes\\.io|\\w)|(?i:\\\\system32\\\\config\\\\(?:sam|system|security)\\b|\\bntds\\.dit\\b)',
      '(?i)\\bsecurity\\s{1,4}(?:find-(?:generic|internet)-password|dump-keychain)\\b|\\bmimikatz\\b|\\blazagne\\b|\\bsekurlsa::',
      '\\b(?:aws\\s{1,4}configure\\s{1,4}(?:get|export-credentials)|gcloud\\s{1,4}auth\\s{1,4}print-(?:access|identity)-token|kubectl\\s{1,4}get\\s{1,4}secrets?\\b[^\\n;|]*-o|gh\\s{1,4}auth\\s{1,4}token)\\b',
    ],
  },
]

import { isClimb, isFetchedThenRun, isForcedPush, isSweepingRemoval } from './command-verdicts.js'
import type { ClueDetector } from './from-clues.js'

const DEVICE =
  '/dev/(?:sd[a-z]|hd[a-z]|vd[a-z]|xvd[a-z]|nvme\\d|mmcblk\\d|disk\\d|mapper/|md\\d|loop\\d|disk/by-)'
const FETCH = '(?:curl|wget|fetch|aria2c|lynx|http)'
const SHELL =
  '(?:sudo\\s{1,4}(?:-\\S{1,20}\\s{1,4}){0,3})?(?:/usr)?(?:/local)?(?:/bin/)?(?:env\\s{1,4})?(?:ba|z|da|k|c|tc|fi|a)?sh\\b'
const INTERPRETER = '(?:sudo\\s{1,4})?(?:python[\\d.]{0,4}|perl|ruby|node|php|osascript)\\b'

/** Commands that destroy, open doors or read what they should not. */
export const COMMANDS: readonly ClueDetector[] = [
  {
    name: 'command.destructive',
    title: 'Destructive command',
    description:
      'Removal of whole trees, disks overwritten, clusters, clouds and repositories torn down; in any writing of the flags.',
    category: 'command',
    clues: [
      { pattern: '\\brm\\s{1,4}[^\\n;|&]', accept: isSweepingRemoval },
      '\\brm(?:\\$\\{IFS\\}|\\$IFS)-|\\b(?:shutil\\.rmtree|fs\\.rm(?:Sync)?|rimraf(?:\\.sync)?)\\(\\s?["\'](?:/|~|\\*|\\.\\.?)/?["\']',
      '(?i)\\b(?:del|erase)\\s{1,4}(?:/[a-z]\\s{1,4}){0,4}/[sq]\\b',
      '(?i)\\b(?:rd|rmdir)\\s{1,4}(?:/q\\s{1,4})?/s\\b',
      '(?i)\\bformat\\s{1,4}[a-z]:',
      '(?i)\\b(?:remove-item|ri)\\b[^\\n;|]*\\s-(?:recurse|r)\\b[^\\n;|]*\\s-(?:force|f)\\b|\\b(?:remove-item|ri)\\b[^\\n;|]*\\s-(?:force|f)\\b[^\\n;|]*\\s-(?:recurse|r)\\b',
      '\\bfind\\s[^\\n;|]*\\s-(?:delete\\b|exec(?:dir)?\\s{1,4}(?:/bin/)?(?:rm|shred|unlink)\\b)',
      `\\bdd\\s[^\\n;|]*\\bof=${DEVICE}`,
      `\\b(?:mkfs(?:\\.\\w{2,8})?|mke2fs|mkswap|cryptsetup|wipefs|blkdiscard|sgdisk|fdisk|parted|badblocks)\\s[^\\n;|]*${DEVICE}`,
      '\\bdiskutil\\s{1,4}(?:erase|partition|zero)\\w*\\s|\\b(?:zpool|zfs)\\s{1,4}destroy\\s|\\b(?:lv|vg|pv)remove\\s',
      '\\bshred\\s{1,4}(?:-\\S{1,20}\\s{1,4}){0,6}[/~.\\w*]',
      `(?:^|[^>])>\\s{0,4}${DEVICE}|\\b(?:cp|cat|tee)\\s[^\\n;|]*\\s${DEVICE}`,
      ':\\s{0,2}\\(\\s{0,2}\\)\\s{0,2}\\{\\s{0,2}:\\s{0,2}\\|\\s{0,2}:\\s{0,2}&\\s{0,2}\\}\\s{0,2};\\s{0,2}:',
      '\\bch(?:mod|own)\\s{1,4}(?:-\\S{1,20}\\s{1,4}){0,3}-(?:[a-z]{0,4}R[a-z]{0,4}|-recursive)\\s{1,4}(?:-\\S{1,20}\\s{1,4}){0,3}\\S{1,40}\\s{1,4}["\']?/(?:\\*|etc|usr|var|bin|lib|boot|home|root)?["\']?(?:/?\\*?["\']?)(?:\\s|$|[;&|])',
      '\\bmv\\s[^\\n;|]+\\s/dev/null\\b|\\btruncate\\s{1,4}(?:-\\S{1,20}\\s{1,4}){0,3}(?:-s\\s?0|--size[= ]0)\\b',
      { pattern: '\\bpush\\s[^\\n;|&]', accept: isForcedPush },
      '\\bgit\\s{1,4}(?:filter-branch\\b|clean\\s{1,4}(?:-\\S{1,12}\\s{1,4}){0,3}-[a-zA-Z]{0,4}f)|\\bgit\\s{1,4}reset\\s{1,4}--hard\\b',
      '\\bkubectl\\s[^\\n;|]*\\bdelete\\s{1,4}(?:ns|namespaces?|nodes?|pvc?|crds?|persistentvolumes?|deployments?|statefulsets?|all|-f|--all)\\b|\\bkubectl\\s[^\\n;|]*\\bdelete\\b[^\\n;|]*\\s--all\\b|\\bkubectl\\s{1,4}drain\\b',
      '\\b(?:terraform|tofu|terragrunt|pulumi|cdk)\\s[^\\n;|]*\\bdestroy\\b|\\bterraform\\s{1,4}apply\\b[^\\n;|]*\\s-destroy\\b',
      '\\bhelm\\s{1,4}(?:uninstall|delete)\\b|\\bdropdb\\s|\\b(?:redis-cli\\b[^\\n;|]*\\s)?flush(?:all|db)\\b|\\bFLUSH(?:ALL|DB)\\b',
      '\\bdocker\\s{1,4}(?:system|volume|image|container)\\s{1,4}prune\\b[^\\n;|]*\\s(?:-[a-z]{0,3}[af]|--all|--force|--volumes)|\\bdocker\\s{1,4}(?:rm|rmi)\\s[^\\n;|]*\\$\\(docker\\s',
      '\\baws\\s[^\\n;|]*\\b(?:s3\\s{1,4}(?:rm\\b[^\\n;|]*--recursive|rb\\b)|ec2\\s{1,4}terminate-instances|rds\\s{1,4}delete-db|\\w{1,20}\\s{1,4}delete-(?:stack|bucket|table|cluster|function|user))\\b',
      '\\bgcloud\\s[^\\n;|]*\\bdelete\\b|\\bgsutil\\s[^\\n;|]*\\brm\\s{1,4}-[rR]|\\baz\\s[^\\n;|]*\\bdelete\\b',
      '\\bshutdown\\s{1,4}(?:-[hPr]\\b|/[sr]\\b|now\\b)|\\binit\\s{1,4}[06]\\b|\\bsystemctl\\s{1,4}(?:poweroff|halt|reboot)\\b',
      '\\bcrontab\\s{1,4}-r\\b|\\buserdel\\s|\\biptables\\s{1,4}(?:-F|--flush)\\b|\\bvssadmin\\s{1,4}delete\\b|\\bkill\\s{1,4}-9\\s{1,4}-1\\b',
    ],
  },
  {
    name: 'command.reverse_shell',
    title: 'Reverse shell',
    description:
      'A shell handed to whoever listens elsewhere: /dev/tcp, netcat -e, sockets joined to a shell.',
    category: 'command',
    clues: [
      '/dev/(?:tcp|udp)/[\\w.$({-]{1,80}/[\\d$({]',
      '\\b(?:nc|ncat|netcat)(?:\\.\\w{2,12})?\\s[^\\n;]*\\s?(?:-[a-z]{0,4}[ec]|--exec|--sh-exec)\\s{1,4}["\']?(?:/\\S{0,20}/)?(?:ba|z|da)?(?:sh|cmd(?:\\.exe)?|powershell)\\b',
      '\\bmkfifo\\s[^\\n]*\\b(?:nc|ncat|netcat|telnet|openssl)\\b|\\b(?:nc|ncat|netcat|telnet|openssl)\\s[^\\n]*\\|\\s{0,4}(?:/bin/)?(?:ba)?sh\\b',
      '/inet/(?:tcp|udp)/0/|\\bmsfvenom\\b|\\bmeterpreter/reverse_|\\bshell_reverse_tcp\\b|\\bos\\.dup2\\(\\s?\\w{1,16}\\.fileno\\(\\)\\s?,\\s?[012]\\b',
      '\\.connect\\(\\s?\\d{1,5}\\s?,\\s?["\'][\\w.-]{1,64}["\'][^\\n]*\\.pipe\\(|\\blua\\b[^\\n]*\\bsocket\\b[^\\n]*\\bos\\.execute\\(',
      '\\bsocket\\b[^\\n]*\\.connect\\([^\\n]*(?:dup2|pty\\.spawn|subprocess|/bin/(?:ba)?sh)',
      '(?i)\\bperl\\b[^\\n]*-e\\b[^\\n]*\\bsocket\\b[^\\n]*\\bexec\\b|\\bphp\\s{1,4}-r\\b[^\\n]*fsockopen|\\bruby\\s{1,4}-rsocket\\b|\\bTCPSocket\\.(?:new|open)\\b[^\\n]*\\bexec\\b',
      '(?i)\\bsocat\\b[^\\n]*\\bexec:|\\bSystem\\.Net\\.Sockets\\.TcpClient\\b|\\bbash\\s{1,4}-i\\s{0,4}>&|\\bsh\\s{1,4}-i\\s{0,4}[<>]&',
    ],
  },
  {
    name: 'command.pipe_to_shell',
    title: 'Download run at once',
    description:
      'What was just fetched, or decoded, goes straight into a shell or interpreter, piped or from the file it was put in.',
    category: 'command',
    clues: [
      `\\b${FETCH}\\s[^\\n]*(?:\\\\\\n[^\\n]*)?\\|\\s{0,4}(?:${SHELL}|${INTERPRETER})`,
      `\\b(?:ba|z)?sh\\s{1,4}(?:-\\w{1,4}\\s{1,4}){0,2}(?:<\\s{0,4})?<\\(\\s{0,4}${FETCH}\\s|\\b(?:source|\\.)\\s{1,4}<\\(\\s{0,4}${FETCH}\\s`,
      `\\b(?:eval|(?:ba|z)?sh\\s{1,4}-[a-z]{0,3}c)\\s{1,4}["']?(?:\\$\\(|\`)\\s{0,4}${FETCH}\\s`,
      { pattern: '\\b(?:curl|wget)\\s{1,4}[^\\n]', accept: isFetchedThenRun },
      `\\bbase64\\s{1,4}(?:-d|-D|--decode)[^\\n]*\\|\\s{0,4}(?:${SHELL}|${INTERPRETER})|\\bxxd\\s{1,4}-r[^\\n]*\\|\\s{0,4}${SHELL}`,
      '(?i)\\b(?:iex|invoke-expression)\\b[^\\n]*(?:downloadstring|invoke-webrequest|invoke-restmethod|\\biwr\\b|\\birm\\b|net\\.webclient)|\\b(?:iwr|irm|invoke-webrequest|invoke-restmethod)\\b[^\\n]*\\|\\s{0,4}(?:iex|invoke-expression)\\b',
      '(?i)\\bpowershell(?:\\.exe)?\\s[^\\n]*-e(?:nc|ncodedcommand)?\\s{1,4}[0-9A-Za-z+/=]{24}',
      '(?i)\\b(?:certutil\\b[^\\n]*-urlcache|bitsadmin\\b[^\\n]*/transfer|mshta\\s{1,4}https?:|regsvr32\\b[^\\n]*/i:https?:)',
    ],
  },
  {
    name: 'command.cloud_metadata',
    title: 'Cloud metadata service',
    description:
      'The addresses at which clouds hand out credentials to their machines, in decimal, hex, octal or by name.',
    category: 'command',
    clues: [
      '169\\.254\\.(?:169\\.254|170\\.(?:2|23))\\b|(?i:fd00:ec2::254|::ffff:a9fe:a9fe)',
      '(?i)\\bmetadata\\.(?:google\\.internal|goog|azure\\.(?:com|internal)|oraclecloud\\.com|tencentyun\\.com|packet\\.net|platformequinix\\.com)\\b|//instance-data(?:\\.ec2\\.internal)?(?:[/:\\s"\']|$)',
      '(?i)\\b(?:100\\.100\\.100\\.200|192\\.0\\.0\\.192|168\\.63\\.129\\.16)\\b',
      '(?i)//(?:2852039166|0xa9fea9fe|0xa9\\.0xfe\\.0xa9\\.0xfe|0?0?251\\.0?0?376\\.0?0?251\\.0?0?376|025177524776)\\b',
      '/latest/(?:meta-data|api/token|user-data|dynamic/instance-identity)\\b|/computeMetadata/v1|/metadata/(?:instance|identity)\\?api-version|\\bX-aws-ec2-metadata-token\\b|\\bMetadata-Flavor:',
    ],
  },
  {
    name: 'command.path_traversal',
    title: 'Path traversal',
    description:
      'Paths that climb out of where they belong, plain or encoded; not the imports of source code.',
    category: 'command',
    clues: [
      { pattern: '\\.\\.[/\\\\]', accept: isClimb },
      '(?i)(?:\\.\\.|%2e%2e|%252e%252e|\\.%2e|%2e\\.)(?:%2f|%5c|%252f|%255c|%c0%af|%c1%9c|%ef%bc%8f)|%2e%2e[/\\\\]',
      '\\.{4}//|\\.\\.;/|/%5c\\.\\.',
      '/etc/passwd\\b',
    ],
  },
]

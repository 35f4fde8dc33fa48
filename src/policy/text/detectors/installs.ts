import { COMMAND_LENGTH, wordsFrom } from './command-verdicts.js'
import type { ClueDetector } from './from-clues.js'

/** What asks a package manager to install. */
const VERB = /^(?:install|i|add|get|require|localinstall|-i\w*|-U\w*)$/
/** What asks it to run one package; the words after that are for the program. */
const RUN_ONE = /^(?:npx|bunx|uvx|exec|dlx|x)$/
/** What a package may be fetched from, other than the registry. */
const REMOTE =
  /^(?:\S+@)?(?:(?:git|hg|svn|bzr)\+\w{2,5}:\/\/|https?:\/\/|ftp:\/\/|git:\/\/|git@|(?:github|gitlab|bitbucket|gist):\w)/
/** Options whose value is a registry or a proxy, which companies have of their own; only one without TLS is remarkable. */
const REGISTRY =
  /^--?(?:i|f|c|s|index|(?:extra-|default-)?index-url|find-links|registry|channel|source|proxy|trusted-host|cafile|cert|userconfig)$/
/** Prose goes on with such words where a command goes on with packages. */
const PROSE = /^(?:from|see|at|via|and|or|then|to|in|with|for|using|on|as|the|is|it|->|=>|[(#].*|.*[.,:])$/i

/** Whether a package manager is given an address to install from. */
function isFromAddress(match: string, text: string, start: number): boolean {
  // Cheaper than to take the command to words, which most need not.
  if (!/:\/\/|git@|(?:github|gitlab|bitbucket|gist):/.test(text.slice(start, start + COMMAND_LENGTH)))
    return false
  const manager = /^\w+/.exec(match)![0]
  const words = wordsFrom(text, start).slice(1)
  let runsOne = RUN_ONE.test(manager)
  let installs = runsOne || manager === 'easy_install'
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!
    const [option, value] = word.split('=', 2)
    if (manager !== 'rpm' && manager !== 'dnf' && REGISTRY.test(option!)) {
      if (
        installs &&
        /^http:\/\/(?!localhost|127\.)/.test(value ?? words[++at] ?? '') &&
        !option!.includes('proxy')
      )
        return true
    } else if (installs && REMOTE.test(word)) return true
    else if (!installs && (VERB.test(word) || RUN_ONE.test(word))) {
      installs = true
      runsOne = RUN_ONE.test(word)
    } else if (runsOne && !word.startsWith('-')) return false
    else if (PROSE.test(word) && word !== '.') return false
  }
  return false
}

const MANAGER =
  '(?:pip[\\d.]{0,5}|pipx|uvx|poetry|pdm|conda|mamba|easy_install|npm|npx|pnpm|yarn|bunx?|deno|gem|cargo|brew|rpm|dnf|yum|apt|apt-get|zypper|apk)'

/** Packages from elsewhere than a registry. */
export const INSTALLS: readonly ClueDetector[] = [
  {
    name: 'command.remote_install',
    title: 'Package from an address',
    description:
      'Packages installed from a URL, a repository or an index without TLS, or from what was just fetched; not from registries.',
    category: 'command',
    clues: [
      { pattern: `\\b(?:uv\\s|${MANAGER}\\s)\\s{0,3}[^\\n;|&]`, accept: isFromAddress },
      '\\b(?:curl|wget)\\s[^\\n]*\\|\\s{0,4}(?:sudo\\s{1,4})?(?:xargs\\s{1,4})?(?:python[\\d.]{0,4}\\s{1,4}-m\\s{1,4})?(?:pip[\\d.]{0,5}|npm|gem)\\s{1,4}install\\b',
      '\\bpip[\\d.]{0,5}\\s{1,4}install\\s[^\\n;|&]*\\s@\\s(?:git\\+|https?:)',
    ],
  },
]

/** How much of a command is read. */
export const COMMAND_LENGTH = 300

/** The words of a command from here to its end. */
export function wordsFrom(text: string, start: number): string[] {
  const command = /^[^\n;|&]*/.exec(text.slice(start, start + COMMAND_LENGTH))![0]
  return command.split(/\s+/).map((word) => word.replace(/["'`)\\,]+$|^["'`]+/g, ''))
}

/** What no one removes for a good reason, forced or not. */
const WHOLE =
  /^(?:\/|\/\*|~|~\/|~\/\*|\*|\.|\.\/|\.\/\*|\.\.|\.\.\/\*?|\$\{?HOME\}?\/?\*?|\/(?:etc|usr|var|bin|sbin|lib|boot|home|root|opt|srv|dev|sys|proc|Users|System|Applications|Library)\/?\*?|[A-Za-z]:[\\/]?\*?)$/

/** Whether `rm` goes down into folders and either asks nothing or is aimed at a root, a home or everything here. */
export function isSweepingRemoval(_match: string, text: string, start: number): boolean {
  const words = wordsFrom(text, start).slice(1)
  const flags = words.filter((word) => word.startsWith('-'))
  const has = (short: RegExp, long: string): boolean =>
    flags.some((flag) => short.test(flag) || flag === long)
  if (flags.includes('--no-preserve-root')) return true
  const recursive = has(/^-[A-Za-z]*[rR]/, '--recursive')
  if (recursive && has(/^-[A-Za-z]*f/, '--force')) return true
  return (recursive || flags.length > 0) && words.some((word) => WHOLE.test(word))
}

/** Whether a push overwrites what others pushed: forced outright, with a + before the branch, or a deletion. */
export function isForcedPush(_match: string, text: string, start: number): boolean {
  if (!/\bgit\s[^\n;|&]*$/.test(text.slice(Math.max(0, start - 80), start))) return false
  const words = wordsFrom(text, start).slice(1)
  return words.some((word) => /^(?:--force|-[a-z]*f[a-z]*|--mirror|--delete|\+[\w/.-]+(?::.*)?)$/.test(word))
}

/** Whether what a download was put into is run later on the same line: `curl -o x.sh ... && sh x.sh`. */
export function isFetchedThenRun(_match: string, text: string, start: number): boolean {
  const line = /^[^\n]*/.exec(text.slice(start, start + 2 * COMMAND_LENGTH))![0]
  const [fetch = '', ...later] = line.split(/&&|;/)
  const file =
    /(?:\s-\w*[oO]|\s--output(?:-document)?[ =]|[^-=]>)\s*["']?([\w./~-]+)/.exec(fetch)?.[1] ??
    /https?:\/\/[^\s"']*\/([\w.-]+)(?:[\s"']|$)/.exec(fetch)?.[1]
  if (file === undefined) return false
  const name = file.slice(file.lastIndexOf('/') + 1)
  return later.some((command) => {
    const [first = '', ...rest] = command
      .trim()
      .replace(/^sudo\s+/, '')
      .split(/\s+/)
    if (/^(?:(?:ba|z|da|k)?sh|source|\.|python[\d.]*|perl|ruby|node|php)$/.test(first.replace(/^.*\//, '')))
      return rest.some((word) => endsWithName(word, name))
    return /^(?:\.|~|\/)/.test(first) && endsWithName(first, name)
  })
}

const endsWithName = (word: string, name: string): boolean =>
  name !== '' && word.replace(/^.*\//, '') === name

/** What only someone who climbs out asks for. */
const SYSTEM_PATH =
  /^(?:\.\.[/\\]{1,3})*(?:etc|proc|root|var|sys|boot|windows|winnt|users|home|\.ssh|\.aws|\.env)\b/i
/** Before a path, what says that it is another source file of the same project. */
const IMPORT = /(?:\bfrom|\bimport|\brequire|\binclude|\busing|@use|@forward|\bextends)["']?[\s:=("'[]*$/i

/** Whether `../` climbs to a system's own files, or more than once and not in an import. */
export function isClimb(_match: string, text: string, start: number): boolean {
  const path = text.slice(start, start + 200)
  if (/[\w.]/.test(text.charAt(start - 1))) return false
  if (SYSTEM_PATH.test(path)) return true
  return /^(?:\.\.[/\\]{1,3}){2}/.test(path) && !IMPORT.test(text.slice(Math.max(0, start - 24), start))
}

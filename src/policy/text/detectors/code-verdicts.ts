/** Whether no safe loader is among the arguments of a call of `yaml.load`. */
export function isUnsafeYamlLoad(match: string, text: string, start: number): boolean {
  const from = start + match.length
  const call = /^[^\n]*/.exec(text.slice(from, from + 300))![0]
  return !/\bC?(?:Safe|Base)Loader\b/.test(call) && !/^\s*\)/.test(call)
}

/** Whether a template literal with values in it is no tag's: a tag such as sql`...` passes them on apart. */
export function isOwnTemplate(match: string, text: string, start: number): boolean {
  if (/[\w)]/.test(text.charAt(start - 1))) return false
  const literal = /^`[^`]*/.exec(text.slice(start, start + 500))![0]
  return literal.includes('${') && /\b(?:from|into|set)\b/i.test(literal.slice(match.length))
}

import { onlyMember } from './code-ranges.js'
import type { PatternNode } from './pattern-tree.js'

/**
 * A character that every match holds, the rarest-looking there is: a sign before a digit before a letter.
 * For patterns that need no three characters in a row, such as one of an e-mail address, this is the cheap first look.
 */
export function neededCharacter(tree: PatternNode): string | undefined {
  let best: string | undefined
  for (const character of neededCharacters(tree)) {
    if (best === undefined || commonness(character) < commonness(best)) best = character
  }
  return best
}

function* neededCharacters(node: PatternNode): Generator<string> {
  if (node.kind === 'set') {
    const code = onlyMember(node.codes)
    // U+FFFD need not stand in the text: lone surrogates read so.
    if (code !== undefined && code !== 0xfffd) yield String.fromCodePoint(code)
  } else if (node.kind === 'sequence') {
    for (const part of node.parts) yield* neededCharacters(part)
  } else if (node.kind === 'repeat' && node.min > 0) {
    yield* neededCharacters(node.body)
  }
}

function commonness(character: string): number {
  if (/[ \n.,:"]/.test(character)) return 3
  if (/[a-z]/.test(character)) return 2
  return /[A-Z0-9_/-]/.test(character) ? 1 : 0
}

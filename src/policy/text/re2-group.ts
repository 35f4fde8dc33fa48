import type { PatternFlags, PatternReader } from './pattern-reader.js'

/**
 * Reads what opens a group, the reader standing on `(`, and puts the flags in force that it sets.
 *
 * @returns false when it was flags alone, `(?i)`, which open no group
 */
export function readGroupOpening(reader: PatternReader): boolean {
  const start = reader.offset
  if (!reader.takeIf('(?')) {
    reader.skip(1)
    return true
  }
  if (/^(?:<?[=!])/.test(reader.rest())) return reader.refuse('look-around is not part of RE2', start)
  const named = /^P?<([^>]*)(>?)/.exec(reader.rest())
  if (named !== null) return readName(reader, start, named)
  return readFlags(reader, start)
}

function readName(reader: PatternReader, start: number, [opening, name, closed]: RegExpExecArray): true {
  if (closed === '') return reader.refuse('the name of the group is not closed with >', start)
  if (!/^\w+$/.test(name!)) return reader.refuse('a group name is made of letters, digits and _', start)
  if (reader.names.has(name!)) return reader.refuse(`two groups are named ${name}`, start)
  reader.names.add(name!)
  reader.skip(opening!.length)
  return true
}

function readFlags(reader: PatternReader, start: number): boolean {
  const match = /^([imsU]*)(?:-([imsU]+))?([:)])/.exec(reader.rest())
  if (match === null) return reader.refuse('RE2 has no such group', start)
  const [opening, on, off, end] = match
  const set = (flag: keyof PatternFlags): boolean =>
    !off?.includes(flag) && (on!.includes(flag) || reader.flags[flag])
  const flags = { i: set('i'), m: set('m'), s: set('s') }
  reader.skip(opening.length)
  // `(?i:` ends with its group, whose reader puts the outer flags back; `(?i)` lasts as long as the group around it.
  reader.flags = flags
  return end === ':'
}

/** The flags of RE2 that change what matches; `U` changes only which match is reported and is not kept. */
export interface PatternFlags {
  /** Ignore case. */
  readonly i: boolean
  /** `^` and `$` match at lines too. */
  readonly m: boolean
  /** `.` matches a newline too. */
  readonly s: boolean
}

/** Why a pattern was refused: a sentence, and where in the pattern, in UTF-16 units from its start. */
export class PatternRefusal extends Error {
  constructor(
    message: string,
    readonly offset: number,
  ) {
    super(message)
  }
}

/** A cursor over the source of a pattern, with the flags in force at that point. */
export class PatternReader {
  offset = 0
  flags: PatternFlags = { i: false, m: false, s: false }
  /** The names of the groups met so far. */
  readonly names = new Set<string>()

  constructor(readonly source: string) {}

  more(): boolean {
    return this.offset < this.source.length
  }

  /** The UTF-16 unit that stands `ahead` units from here, or '' past the end. */
  peek(ahead = 0): string {
    return this.source.charAt(this.offset + ahead)
  }

  rest(): string {
    return this.source.slice(this.offset)
  }

  skip(units: number): void {
    this.offset += units
  }

  /** Takes one whole character. */
  take(): string {
    const character = String.fromCodePoint(this.source.codePointAt(this.offset)!)
    this.offset += character.length
    return character
  }

  /** Takes the given text if it stands here. */
  takeIf(text: string): boolean {
    if (!this.source.startsWith(text, this.offset)) return false
    this.offset += text.length
    return true
  }

  refuse(message: string, offset: number): never {
    throw new PatternRefusal(message, offset)
  }
}

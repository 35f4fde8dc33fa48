/** What a detector is held to: texts it finds something in, and texts it leaves alone. */
export interface DetectorCases {
  readonly finds: readonly string[]
  readonly ignores: readonly string[]
}

export type CaseTable = Readonly<Record<string, DetectorCases>>

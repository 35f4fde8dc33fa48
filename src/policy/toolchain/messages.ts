/** What passes between the toolchain and its process. */
export interface CallMessage {
  /** JSON. */
  request: string
}

export type ProcessMessage =
  /** `json` is JSON as UTF-8. */
  | { kind: 'reply'; json: Uint8Array; bytes?: Uint8Array<ArrayBuffer>; memoryBytes: number }
  /** The module is dead, or never lived; the process ends itself after this. */
  | { kind: 'crash'; message: string }
  | { kind: 'log'; text: string }

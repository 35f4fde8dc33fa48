/** What passes between the toolchain and its worker thread. */
export interface CallMessage {
  /** JSON. */
  request: string
}

export type WorkerMessage =
  | { kind: 'reply'; json: Uint8Array<ArrayBuffer>; bytes?: Uint8Array<ArrayBuffer>; memoryBytes: number }
  /** The module is dead; the thread ends itself after this. */
  | { kind: 'crash'; message: string }
  | { kind: 'log'; text: string }

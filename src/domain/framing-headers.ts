/** Headers that say where a message ends or what its connection is for: the client that sends it writes them itself. @module */

/** In lower case. Documents may not set them, and nothing that a step is given becomes one of them. */
export const framingHeaders: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

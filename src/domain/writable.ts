/** A value that is still being made: its members can be set. @module */
export type Writable<T> = { -readonly [K in keyof T]: T[K] }

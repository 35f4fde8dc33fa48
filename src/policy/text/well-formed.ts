const HALF_CHARACTERS = /\p{Surrogate}/gu

/** The text with U+FFFD for each lone surrogate, as it would read after a way through UTF-8. */
export function wellFormed(text: string): string {
  return isWellFormed.call(text) ? text : text.replace(HALF_CHARACTERS, '\ufffd')
}

/** In every Node we run on, though not yet in the library of types we compile against. */
const isWellFormed = (String.prototype as unknown as { isWellFormed(): boolean }).isWellFormed

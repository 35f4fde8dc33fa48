/** The text with U+FFFD for each lone surrogate, as it would read after a way through UTF-8. */
export const wellFormed = (text: string): string => text.toWellFormed()

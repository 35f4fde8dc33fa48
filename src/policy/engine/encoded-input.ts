/** An input on its way into WASM. @module */

/** An input as UTF-8, valid until the next one is encoded. */
export interface EncodedInput {
  readonly bytes: Uint8Array
}

let encodeBuffer = Buffer.allocUnsafeSlow(16 * 1024)
const LARGEST_KEPT = 1024 * 1024

/** Encodes once for all modules that are asked about one input. */
export function encodeInput(text: string): EncodedInput {
  const worstCase = text.length * 3
  if (worstCase > encodeBuffer.length) {
    if (worstCase > LARGEST_KEPT) return { bytes: Buffer.from(text) }
    encodeBuffer = Buffer.allocUnsafeSlow(worstCase)
  }
  return { bytes: encodeBuffer.subarray(0, encodeBuffer.write(text)) }
}

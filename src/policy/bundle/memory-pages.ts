/**
 * Reads how much memory a compiled policy asks for: the minimum of its `env.memory` import, in 64 KiB pages. OPA's
 * modules import their memory, and V8 refuses one that is smaller than this.
 *
 * Binary format: https://webassembly.github.io/spec/core/binary/modules.html
 * @module
 */

const SECTION_IMPORT = 2
const FUNCTION = 0
const TABLE = 1
const MEMORY = 2
const GLOBAL = 3
const HEADER_BYTES = 8

/** @throws Error when the bytes are no WASM module or import no memory */
export function memoryPages(wasm: Uint8Array): number {
  const reader = new Reader(wasm, HEADER_BYTES)
  while (reader.at < wasm.length) {
    const section = reader.byte()
    const length = reader.unsigned()
    if (section === SECTION_IMPORT) return ofImports(reader)
    reader.at += length
  }
  throw new Error('the module imports nothing')
}

function ofImports(reader: Reader): number {
  for (let left = reader.unsigned(); left > 0; left--) {
    reader.skipName()
    reader.skipName()
    const kind = reader.byte()
    if (kind === MEMORY) return reader.limits()
    if (kind === FUNCTION) reader.unsigned()
    else if (kind === TABLE) {
      reader.byte()
      reader.limits()
    } else if (kind === GLOBAL) {
      reader.byte()
      reader.byte()
    } else throw new Error(`unknown kind of import: ${kind}`)
  }
  throw new Error('the module imports no memory')
}

class Reader {
  constructor(
    readonly bytes: Uint8Array,
    public at: number,
  ) {}

  byte(): number {
    const byte = this.bytes[this.at++]
    if (byte === undefined) throw new Error('the module ends too early')
    return byte
  }

  /** LEB128. */
  unsigned(): number {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte()
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
  }

  skipName(): void {
    const length = this.unsigned()
    this.at += length
  }

  /** The minimum; the maximum, where there is one, is passed over. */
  limits(): number {
    const hasMaximum = (this.byte() & 1) === 1
    const minimum = this.unsigned()
    if (hasMaximum) this.unsigned()
    return minimum
  }
}

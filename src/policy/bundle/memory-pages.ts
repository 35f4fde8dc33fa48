/**
 * Reads how much memory a compiled policy needs from the start, in 64 KiB pages: the minimum of its `env.memory` import,
 * and room for its data. OPA's modules import their memory, and the minimum that they name leaves out the policy's own
 * texts; V8 refuses a memory that is smaller than either.
 *
 * Binary format: https://webassembly.github.io/spec/core/binary/modules.html
 * @module
 */

const SECTION_IMPORT = 2
const SECTION_DATA = 11
const FUNCTION = 0
const TABLE = 1
const MEMORY = 2
const GLOBAL = 3
const HEADER_BYTES = 8
const PAGE_BYTES = 64 * 1024

/** How a data segment begins: where it goes in memory 0, in memory of a number, or nowhere before it is asked for. */
const AT_OFFSET = 0
const PASSIVE = 1
const I32_CONST = 0x41
const END = 0x0b

/** @throws Error when the bytes are no WASM module, import no memory, or place their data by a computation */
export function memoryPages(wasm: Uint8Array): number {
  const reader = new Reader(wasm, HEADER_BYTES)
  let imported: number | undefined
  let dataEnd = 0
  while (reader.at < wasm.length) {
    const section = reader.byte()
    const length = reader.unsigned()
    const next = reader.at + length
    if (section === SECTION_IMPORT) imported = ofImports(reader)
    else if (section === SECTION_DATA) dataEnd = endOfData(reader)
    reader.at = next
  }
  if (imported === undefined) throw new Error('the module imports nothing')
  return Math.max(imported, Math.ceil(dataEnd / PAGE_BYTES))
}

function ofImports(reader: Reader): number {
  for (let left = reader.unsigned(); left > 0; left--) {
    reader.skipBytes()
    reader.skipBytes()
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

/** The first address behind all segments. */
function endOfData(reader: Reader): number {
  let end = 0
  for (let left = reader.unsigned(); left > 0; left--) {
    const kind = reader.unsigned()
    if (kind === PASSIVE) {
      reader.skipBytes()
      continue
    }
    if (kind !== AT_OFFSET) reader.unsigned()
    if (reader.byte() !== I32_CONST) throw new Error('a data segment has no constant address')
    const address = reader.unsigned()
    if (reader.byte() !== END) throw new Error('a data segment has no constant address')
    end = Math.max(end, address + reader.skipBytes())
  }
  return end
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

  /** Passes over bytes with their length before them, and answers that length. */
  skipBytes(): number {
    const length = this.unsigned()
    this.at += length
    return length
  }

  /** The minimum; the maximum, where there is one, is passed over. */
  limits(): number {
    const hasMaximum = (this.byte() & 1) === 1
    const minimum = this.unsigned()
    if (hasMaximum) this.unsigned()
    return minimum
  }
}

/** Values in a policy's memory, where they lie: the structures of OPA's C library, `wasm/src/value.h` in OPA 1.22. */
import { bytesOf, isText, textOf } from './bytes.js'
import { isArray, type NumberTerm, numberTerm, RegoObject, RegoSet, type Term } from './term.js'

/** The linear memory of a policy (`WebAssembly.Memory`). */
export interface PolicyMemory {
  readonly buffer: ArrayBuffer
}

const TYPE = {
  null: 1,
  boolean: 2,
  number: 3,
  string: 4,
  array: 5,
  object: 6,
  set: 7,
  stringOfModule: 8,
  booleanOfModule: 9,
} as const

/** Numbers are 64 bits, or the address of their digits. */
const INTEGER = 1

export class ValueMemory {
  readonly #memory: PolicyMemory
  #view = new DataView(new ArrayBuffer(0))
  #bytes = Buffer.alloc(0)

  constructor(memory: PolicyMemory) {
    this.#memory = memory
  }

  /** The value at an address. */
  term(address: number): Term {
    this.#see()
    return this.#term(address)
  }

  /** Puts a text at an address, as UTF-8. */
  write(text: string, address: number): void {
    this.#see()
    this.#bytes.write(text, address)
  }

  /** Puts the strings of a term that are not UTF-8 in the places that `writeTerm` left for them in the value at an address. */
  fillIn(term: Term, address: number): void {
    this.#see()
    this.#fillIn(term, address)
  }

  #fillIn(term: Term, address: number): void {
    if (typeof term === 'string') {
      if (!isText(term)) this.#bytes.set(bytesOf(term), this.#word(address + 8))
    } else if (term === null || typeof term !== 'object') return
    else if (isArray(term)) {
      const elements = this.#word(address + 4)
      for (const [i, each] of term.entries()) this.#fillIn(each, this.#word(elements + i * 8 + 4))
    } else if (term instanceof RegoObject)
      this.#members(address, (at) => this.#fillIn(term.get(this.#at(at))!, this.#word(at + 4)), 8)
  }

  // Growing the memory detaches what saw it before.
  #see(): void {
    if (this.#view.buffer === this.#memory.buffer) return
    this.#view = new DataView(this.#memory.buffer)
    this.#bytes = Buffer.from(this.#memory.buffer)
  }

  #term(address: number): Term {
    switch (this.#bytes[address]) {
      case TYPE.null:
        return null
      case TYPE.boolean:
      case TYPE.booleanOfModule:
        return this.#bytes[address + 1] !== 0
      case TYPE.number:
        return this.#number(address)
      case TYPE.string:
      case TYPE.stringOfModule:
        return this.#string(this.#word(address + 8), this.#word(address + 4))
      case TYPE.array:
        return this.#array(this.#word(address + 4), this.#word(address + 8))
      case TYPE.object:
        return new RegoObject(this.#members(address, (at) => [this.#at(at), this.#at(at + 4)] as const, 8))
      case TYPE.set:
        return new RegoSet(this.#members(address, (at) => this.#at(at), 4))
      default:
        throw new Error('the policy holds a value of no known type')
    }
  }

  #word(address: number): number {
    return this.#view.getUint32(address, true)
  }

  #at(address: number): Term {
    return this.#term(this.#word(address))
  }

  #number(address: number): NumberTerm {
    if (this.#bytes[address + 1] !== INTEGER)
      return numberTerm(this.#digits(this.#word(address + 8), this.#word(address + 12)))
    const high = this.#view.getInt32(address + 12, true)
    const value = high * 2 ** 32 + this.#word(address + 8)
    return Number.isSafeInteger(value) ? value : this.#view.getBigInt64(address + 8, true)
  }

  #digits(start: number, length: number): string {
    return this.#bytes.toString('latin1', start, start + length)
  }

  #string(start: number, length: number): string {
    const end = start + length
    let at = start
    while (at < end && this.#bytes[at]! < 0x80) at++
    return at === end ? this.#bytes.toString('latin1', start, end) : textOf(this.#bytes.subarray(start, end))
  }

  #array(elements: number, length: number): Term[] {
    const items: Term[] = []
    for (let i = 0; i < length; i++) items.push(this.#at(elements + i * 8 + 4))
    return items
  }

  // A table of chains.
  #members<Member>(address: number, member: (at: number) => Member, next: number): Member[] {
    const members: Member[] = []
    const [buckets, count] = [this.#word(address + 4), this.#word(address + 8)]
    for (let bucket = 0; bucket < count; bucket++)
      for (let at = this.#word(buckets + bucket * 4); at !== 0; at = this.#word(at + next))
        members.push(member(at))
    return members
  }
}

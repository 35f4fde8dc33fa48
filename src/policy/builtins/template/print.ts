/** Values of a template as Go's `fmt` prints them. */
import { type Flags, formatValue, type GoValue, noFlags, pad } from '../go-verbs.js'
import { BuiltinHalt } from '../operand.js'
import type { Formatting } from '../sprintf.js'
import type { Budget } from './budget.js'
import { Byte, integerIn, List, type Mapping, stringOf, typeOf, type Value } from './value.js'

/** What can be printed; a nil stands for no value. */
export type Printable = Exclude<Value, undefined>

/** Counts what it prints, each member for itself: under a width, a list of a few makes millions of characters. */
export class ValuePrinter implements Formatting<Printable> {
  constructor(readonly budget: Budget) {}

  /** As an action prints it, and `print` one alone. */
  shown(value: Printable): string {
    return this.format(value, 'v', noFlags())
  }

  /** Several in a row: a space is between two of which neither is a string. */
  shownTogether(values: readonly Printable[]): string {
    const apart = (i: number) =>
      i > 0 && stringOf(values[i]) === undefined && stringOf(values[i - 1]) === undefined
    return values.map((value, i) => (apart(i) ? ' ' : '') + this.shown(value)).join('')
  }

  format(value: Printable, verb: string, flags: Flags): string {
    if (verb === 'w') return `%!w(${this.describe(value, flags)})`
    if (value === null && verb !== 'v' && verb !== 'T') return `%!${verb}(${this.describe(value)})`
    if (value === null) return this.budget.text(pad('<nil>', flags))
    if (verb === 'T') return this.budget.text(formatValue(typeOf(value), 's', flags))
    if (verb === 'p' && (value instanceof List || value instanceof Map))
      throw new BuiltinHalt('no address can be known here')
    return this.#member(value, verb, flags)
  }

  describe(value: Printable, flags = noFlags()): string {
    return value === null ? '<nil>' : `${typeOf(value)}=${this.#member(value, 'v', flags)}`
  }

  integer(value: Printable): bigint | undefined {
    return integerIn(value)
  }

  // What is in a list or a map; a nil is not padded there.
  #member(value: Value, verb: string, flags: Flags): string {
    if (value === null || value === undefined) return flags.sharpV ? 'interface {}(nil)' : '<nil>'
    if (value instanceof List) return this.#list(value, verb, flags)
    if (value instanceof Map) return this.#map(value, verb, flags)
    return this.budget.text(this.#scalar(value as Scalar, verb, flags))
  }

  #scalar(value: Scalar, verb: string, flags: Flags): string {
    if (typeof value === 'boolean')
      return verb === 'v' || verb === 't'
        ? pad(String(value), flags)
        : `%!${verb}(bool=${pad(String(value), flags)})`
    if (value instanceof Byte && verb === 'v' && flags.sharpV)
      return formatValue(value.value, 'x', { ...flags, sharp: true })
    const held: GoValue = stringOf(value) ?? integerIn(value) ?? (value as number)
    return formatValue(held, verb, flags, typeOf(value))
  }

  #list(list: List, verb: string, flags: Flags): string {
    const members = Array.from({ length: list.length }, (_, i) => this.#member(list.at(i), verb, flags))
    return flags.sharpV ? `${typeOf(list)}{${members.join(', ')}}` : `[${members.join(' ')}]`
  }

  #map(map: Mapping, verb: string, flags: Flags): string {
    const entries = Array.from(
      map,
      ([key, value]) => `${this.#member(key, verb, flags)}:${this.#member(value, verb, flags)}`,
    )
    return flags.sharpV ? `${typeOf(map)}{${entries.join(', ')}}` : `map[${entries.join(' ')}]`
  }
}

type Scalar = Exclude<Value, undefined | null | List | Mapping>

/** Reads times by Go's layouts. */
import { daysIn, instant } from './civil-time.js'
import { fail } from './operand.js'
import { dayNames, layoutPieces, monthNames, offsetStyle, short } from './time-layout.js'
import { utc } from './time-zone.js'

/**
 * The instant in nanoseconds since 1970. Without a zone the time is UTC, and so it is with an abbreviation, which Go
 * knows of its own zone only.
 * @throws BuiltinError when the text is not written so, or 64 bits do not hold the instant
 */
export function parseTime(layout: string, text: string): bigint {
  const pieces = layoutPieces(layout)
  const reader = new TimeReader(text)
  for (const [i, { literal, element }] of pieces.entries()) {
    reader.skip(literal)
    if (element !== undefined) reader.read(element, pieces[i + 1]!.element)
  }
  return reader.finish()
}

class TimeReader {
  #rest: string
  #year = 0
  #month: number | undefined
  #day: number | undefined
  #yearDay: number | undefined
  #hour = 0
  #minute = 0
  #second = 0
  #nanosecond = 0
  #half: 'am' | 'pm' | undefined
  #utc = false
  #offset: number | undefined

  constructor(text: string) {
    this.#rest = text
  }

  /** Takes a literal; any run of spaces stands for any other. */
  skip(literal: string): void {
    for (const part of literal.match(/ +|[^ ]+/g) ?? []) {
      if (part[0] === ' ') {
        if (this.#rest !== '' && this.#rest[0] !== ' ') fail('no space')
        this.#rest = this.#rest.replace(/^ +/, '')
      } else {
        if (!this.#rest.startsWith(part)) fail('other text than in the layout')
        this.#rest = this.#rest.slice(part.length)
      }
    }
  }

  read(element: string, next: string | undefined): void {
    if (offsetStyle(element) !== undefined) this.#readOffset(element)
    else if (/^[.,]/.test(element)) this.#readFraction(element)
    else this.#readField(element, next)
  }

  #readField(element: string, next: string | undefined): void {
    switch (element) {
      case '06':
        this.#year = number(this.#take(/^.{2}/s))
        this.#year += this.#year >= 69 ? 1900 : 2000
        break
      case '2006':
        this.#year = number(this.#take(/^\d.{3}/s))
        break
      case 'Jan':
        this.#month = this.#name(short(monthNames))
        break
      case 'January':
        this.#month = this.#name(monthNames)
        break
      case '1':
      case '01':
        this.#month = within(1, 12, this.#digits(element))
        break
      case 'Mon':
        this.#name(short(dayNames))
        break
      case 'Monday':
        this.#name(dayNames)
        break
      case '2':
      case '_2':
      case '02':
        if (element === '_2') this.#take(/^ ?/)
        this.#day = this.#digits(element)
        break
      case '__2':
        this.#yearDay = Number(this.#take(/^ {0,2}\d{1,3}/))
        break
      case '002':
        this.#yearDay = Number(this.#take(/^\d{3}/))
        break
      case '15':
        this.#hour = within(0, 23, Number(this.#take(/^\d\d?/)))
        break
      case '3':
      case '03':
        this.#hour = within(0, 12, this.#digits(element))
        break
      case '4':
      case '04':
        this.#minute = within(0, 59, this.#digits(element))
        break
      case '5':
      case '05':
        this.#second = within(0, 59, this.#digits(element))
        // A fraction may follow the seconds, though the layout has none.
        if (!/^[.,]/.test(next ?? '') && /^[.,]\d/.test(this.#rest)) this.#readFraction('.9')
        break
      case 'PM':
        this.#half = this.#take(/^[AP]M/) === 'PM' ? 'pm' : 'am'
        break
      case 'pm':
        this.#half = this.#take(/^[ap]m/) === 'pm' ? 'pm' : 'am'
        break
      default:
        this.#readAbbreviation()
    }
  }

  #readFraction(element: string): void {
    if (element[1] === '9' && !/^[.,]\d/.test(this.#rest)) return
    const text =
      element[1] === '9'
        ? this.#take(/^[.,]\d+/)
        : this.#take(new RegExp(`^[.,].{${element.length - 1}}`, 's'))
    const digits = text.slice(1, 10)
    this.#nanosecond = within(0, 999_999_999, number(digits) * 10 ** (9 - digits.length))
  }

  #readOffset(element: string): void {
    const style = offsetStyle(element)!
    if (style.z && this.#rest[0] === 'Z') {
      this.#take(/^Z/)
      this.#utc = true
      return
    }
    const separator = style.colon ? ':' : ''
    const text = this.#take(
      new RegExp(
        `^[-+]\\d\\d${style.minutes ? `${separator}\\d\\d` : ''}${style.seconds ? `${separator}\\d\\d` : ''}`,
      ),
    )
    const [hours = 0, minutes = 0, seconds = 0] = text.slice(1).match(/\d\d/g)!.map(Number)
    const size = within(0, 24, hours) * 3600 + within(0, 60, minutes) * 60 + within(0, 60, seconds)
    this.#offset = text[0] === '-' ? -size : size
  }

  #readAbbreviation(): void {
    if (this.#rest.startsWith('UTC')) {
      this.#take(/^UTC/)
      this.#utc = true
      return
    }
    if (this.#rest.length < 3) fail('no zone')
    const [name] = /^(ChST|MeST|GMT|[-+](?=\d)|[A-Z]+)/.exec(this.#rest) ?? fail('no zone')
    if (name === 'GMT' || name.length === 1) {
      const hours = /^(?:GMT)?([-+]\d+)/.exec(this.#rest)
      const known = hours !== null && Math.abs(Number(hours[1])) <= 23
      if (name !== 'GMT' && !known) fail('no zone')
      this.#rest = this.#rest.slice(known ? hours[0].length : 3)
      return
    }
    const upper = name.length
    const is =
      upper === 3 || (upper === 4 && (/T$/.test(name) || name === 'WITA')) || (upper === 5 && /T$/.test(name))
    if (!is) fail('no zone')
    this.#rest = this.#rest.slice(upper)
  }

  #digits(element: string): number {
    return Number(this.#take(element[0] === '0' ? /^\d\d/ : /^\d\d?/))
  }

  // A name in any case; its number, from 1.
  #name(names: readonly string[]): number {
    const at = names.findIndex(
      (name) => this.#rest.slice(0, name.length).toLowerCase() === name.toLowerCase(),
    )
    if (at < 0) fail('no name of a month or day')
    this.#rest = this.#rest.slice(names[at]!.length)
    return at + 1
  }

  #take(pattern: RegExp): string {
    const [text] = pattern.exec(this.#rest) ?? fail('not as in the layout')
    this.#rest = this.#rest.slice(text.length)
    return text
  }

  finish(): bigint {
    if (this.#rest !== '') fail('extra text')
    if (this.#half === 'pm' && this.#hour < 12) this.#hour += 12
    else if (this.#half === 'am' && this.#hour === 12) this.#hour = 0
    const { month, day } = this.#date()
    const fields = {
      year: this.#year,
      month,
      day,
      hour: this.#hour,
      minute: this.#minute,
      second: this.#second,
      nanosecond: this.#nanosecond,
    }
    return instant(this.#utc ? fields : { ...fields, second: this.#second - (this.#offset ?? 0) }, utc)
  }

  #date(): { month: number; day: number } {
    if (this.#yearDay === undefined) {
      const { month, day } = { month: this.#month ?? 1, day: this.#day ?? 1 }
      return { month, day: within(1, daysIn(this.#year, month), day) }
    }
    within(1, daysIn(this.#year, 2) === 29 ? 366 : 365, this.#yearDay)
    let month = 1
    let day = this.#yearDay
    for (; day > daysIn(this.#year, month); month++) day -= daysIn(this.#year, month)
    if ((this.#month ?? month) !== month || (this.#day ?? day) !== day)
      fail('the day of the year is another day')
    return { month, day }
  }
}

const within = (least: number, most: number, value: number): number =>
  value >= least && value <= most ? value : fail('out of range')

// Go's reader takes a sign in fields of fixed width, and nothing but a sign for zero.
const number = (text: string): number =>
  /^[-+]?\d*$/.test(text) ? Number(/^[-+]?$/.test(text) ? 0 : text) : fail('not a number')

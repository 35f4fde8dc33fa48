/**
 * The part of the input that policies can read, as JSON text. Parsing is most of what an evaluation costs, so no more is
 * handed over.
 * @module
 */
import { jsonString } from '../../domain/json.js'
import type { InputPath } from './compiled-shard.js'
import type { Fields, Slot } from './fields.js'

/** Members of the input, and of these, that some policies read. */
export type InputPart = readonly Member[]

interface Member {
  /** The name as JSON, and a colon. */
  readonly name: string
  /** Where it is read whole. */
  readonly whole?: Slot
  /** What is read of it, where that is not all. */
  readonly inner: readonly { readonly name: string; readonly slot: Slot }[]
}

/** The part that holds all of the paths; a path may stand in another one. */
export function inputPart(paths: readonly InputPath[], fields: Fields): InputPart {
  const byName = new Map<string, Set<string> | 'whole'>()
  for (const [name, inner] of paths) {
    const known = byName.get(name)
    if (inner === undefined) byName.set(name, 'whole')
    else if (known === undefined) byName.set(name, new Set([inner]))
    else if (known !== 'whole') known.add(inner)
  }
  return [...byName].map(([name, read]) =>
    read === 'whole'
      ? { name: nameText(name), whole: fields.slot([name]), inner: [] }
      : {
          name: nameText(name),
          inner: [...read].map((inner) => ({ name: nameText(inner), slot: fields.slot([name, inner]) })),
        },
  )
}

const nameText = (name: string): string => `${JSON.stringify(name)}:`

/** The part of the input at hand. What is not there is left out, as is an object of which nothing is there. */
export function partText(part: InputPart, fields: Fields): string {
  let text = ''
  for (let i = 0; i < part.length; i++) {
    const { name, whole, inner } = part[i]!
    const value = whole === undefined ? innerText(inner, fields) : valueText(fields.value(whole))
    if (value !== undefined) text += (text === '' ? '' : ',') + name + value
  }
  return `{${text}}`
}

function innerText(inner: Member['inner'], fields: Fields): string | undefined {
  let text = ''
  for (let i = 0; i < inner.length; i++) {
    const { name, slot } = inner[i]!
    const value = valueText(fields.value(slot))
    if (value !== undefined) text += (text === '' ? '{' : ',') + name + value
  }
  return text === '' ? undefined : `${text}}`
}

/** Undefined where JSON has no such value. */
const valueText = (value: unknown): string | undefined =>
  typeof value === 'string' ? jsonString(value) : JSON.stringify(value)

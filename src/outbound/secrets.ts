/** Secrets that documents name: read when they are needed, kept for the call, never repeated. @module */
import { readFile } from 'node:fs/promises'
import type { SecretRef } from '../domain/agent.js'
import type { JsonObject, JsonValue } from '../domain/json.js'

/** An environment variable; the library itself reads none. */
export type ReadEnv = (name: string) => string | undefined

export type SecretRead =
  | { readonly ok: true; readonly value: string }
  | { readonly ok: false; readonly message: string }

/** Shorter values (`1`, `on`) are settings, and taking them out would spoil every answer. */
const shortestScrubbed = 4
/** Of a secret of several lines, such as a PEM file. */
const shortestLine = 16
const replacement = '[secret]'

/** The secrets of one call or one session. */
export class Secrets {
  /** The longest first, lest a part of one is left behind by a shorter one. */
  private seen: readonly string[] = []

  constructor(private readonly readEnv: ReadEnv) {}

  /** Its value with its prefix; a message names the variable or file, and no more. */
  async read(reference: string | SecretRef): Promise<SecretRead> {
    if (typeof reference === 'string') return { ok: true, value: reference }
    const found = await this.find(reference)
    if (!found.ok) return found
    const value = found.value.replace(/\r?\n$/, '')
    if (value === '') return { ok: false, message: `the secret ${nameOf(reference)} is empty` }
    this.remember(value)
    return { ok: true, value: `${reference.prefix ?? ''}${value}` }
  }

  /** A text without any of the values that were read. */
  scrub(text: string): string {
    let clean = text
    for (const value of this.seen) if (clean.includes(value)) clean = clean.replaceAll(value, replacement)
    return clean
  }

  /** A JSON value without them, in member names too. */
  scrubValue(value: JsonValue): JsonValue {
    if (this.seen.length === 0) return value
    if (typeof value === 'string') return this.scrub(value)
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map((item) => this.scrubValue(item as JsonValue))
    return Object.fromEntries(
      Object.entries(value as JsonObject).map(([name, member]) => [
        this.scrub(name),
        this.scrubValue(member),
      ]),
    )
  }

  /** In the forms it may come back in: without outer blanks, as a header carries it, encoded, and line by line. */
  private remember(value: string): void {
    const lines = value.split(/\r?\n/).filter((line) => line.length >= shortestLine)
    const forms = [value, ...lines]
      .map((text) => text.trim())
      .filter((text) => text.length >= shortestScrubbed)
      .flatMap((text) => [text, JSON.stringify(text).slice(1, -1), encodeURIComponent(text)])
    this.seen = [...new Set([...this.seen, ...forms])].sort((a, b) => b.length - a.length)
  }

  private async find(reference: SecretRef): Promise<SecretRead> {
    if (reference.env !== undefined) {
      const value = this.readEnv(reference.env)
      if (value === undefined) return { ok: false, message: `the secret ${nameOf(reference)} is not set` }
      return { ok: true, value }
    }
    if (reference.file === undefined) return { ok: false, message: 'a secret names neither env nor file' }
    try {
      return { ok: true, value: await readFile(reference.file, 'utf8') }
    } catch {
      return { ok: false, message: `the secret ${nameOf(reference)} cannot be read` }
    }
  }
}

const nameOf = ({ env, file }: SecretRef): string =>
  env === undefined ? `in file ${file}` : `in variable ${env}`

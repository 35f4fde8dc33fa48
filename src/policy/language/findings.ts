import type { PolicyProblem } from '../policy.js'
import type { Part, PlacedValue, ValuePath } from './yaml-documents.js'

/** Collects what is wrong with one document or another value that knows its places. */
export class Findings {
  readonly problems: PolicyProblem[] = []

  constructor(
    readonly file: string,
    readonly document: PlacedValue,
  ) {}

  /** The set cannot be used until this is mended. */
  error(path: ValuePath, message: string, part?: Part): void {
    this.#add('error', path, message, part)
  }

  /** Probably not what was meant. */
  warn(path: ValuePath, message: string, part?: Part): void {
    this.#add('warning', path, message, part)
  }

  #add(severity: PolicyProblem['severity'], path: ValuePath, message: string, part?: Part): void {
    this.problems.push({ file: this.file, ...this.document.place(path, part), message, severity })
  }
}

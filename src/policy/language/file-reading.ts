import type { RegistryDocument } from '../documents/registry-document.js'
import type { Policy, PolicyProblem, PolicyTest } from '../policy.js'
import type { Annotations } from './rego-ast.js'
import type { Mentions } from './rego-mentions.js'
import type { ModuleNames } from './rego-names.js'

/** A Rego source below the policy folder. */
export interface RegoSource {
  readonly path: string
  readonly rego: string
}

/** A Rego file, with what was read from its syntax tree. */
export interface RegoModule extends RegoSource, ModuleNames {
  /** Package without `data`: `['stepgate', 'policy', 'id']`. */
  readonly packagePath: readonly string[]
  /** Of the package. */
  readonly line: number
  /** Of the package, where it has any. */
  readonly annotations: Annotations | undefined
  readonly mentions: Mentions
}

/** Data of one document, to be merged under `data`. */
export interface DataPart {
  readonly value: Readonly<Record<string, unknown>>
  /** Which of the YAML documents of the file, from 0; absent: the file is JSON, and all of it data. */
  readonly document?: number
}

/** All that one file says. It depends on nothing but the file's path and bytes, so it may be kept by their digest, unless it is `unread`. */
export interface FileReading {
  readonly file: string
  /** Of YAML documents. */
  readonly policies: readonly Policy[]
  /** Rego of policies; several modules of one package are one policy. */
  readonly modules: readonly RegoModule[]
  readonly libraries: readonly RegoModule[]
  readonly regoTests: readonly RegoSource[]
  readonly tests: readonly PolicyTest[]
  readonly data: readonly DataPart[]
  /** Of a file with data: where a name stands is looked for only when something is wrong with it. */
  readonly dataText?: string
  /** Agents, providers, connectors, plans. */
  readonly documents: readonly RegistryDocument[]
  readonly problems: readonly PolicyProblem[]
  /** The toolchain failed, not the file: what this says is not to be kept. */
  readonly unread?: true
}

/** A reading in which nothing was found. */
export const emptyReading = (file: string): FileReading => ({
  file,
  policies: [],
  modules: [],
  libraries: [],
  regoTests: [],
  tests: [],
  data: [],
  documents: [],
  problems: [],
})

/**
 * The policies of a folder, live: loaded at the start, and again whenever the folder changes. A set that is refused
 * never replaces one that works.
 * @module
 */
import { resolve } from 'node:path'
import { emptyRegistry, type Registry } from '../../domain/agent.js'
import type { PolicyEngine } from '../engine/engine.js'
import type { Revision } from '../engine/revision.js'
import { unloadedEngine } from '../engine/unloaded.js'
import type { PolicySet } from '../language/assemble-policies.js'
import type { PolicyProblem } from '../policy.js'
import { openToolchain, type Toolchain } from '../toolchain/toolchain.js'
import { gitCommit } from './git-commit.js'
import { PolicyLoader, sourcesDigest } from './policy-loader.js'
import { type FolderReading, SourceFolder } from './source-folder.js'
import { restAfterLook, watchFolder } from './watch.js'

export interface PolicyFolderOptions {
  readonly folder: string
  /** Whose owner closes it; left out: one of its own. */
  readonly toolchain?: Toolchain
  /** Keeps compiled policies, so that a restart over the same files compiles nothing. Left out: nothing is kept. */
  readonly cacheDir?: string
  /** Load again when the folder changes. Default false. */
  readonly watch?: boolean
  /** Milliseconds between looks at the folder where the system does not tell of changes; 0: none. Default 10,000. More where a look takes long. */
  readonly pollMs?: number
  /** A set went live. `ms` is the time it took from the first look at the folder. */
  readonly onLoaded?: (revision: Revision, warnings: readonly PolicyProblem[], ms: number) => void
  /** A set was refused; called once for each content that is. */
  readonly onRefused?: (problems: readonly PolicyProblem[]) => void
  /** Unix milliseconds. Default: the system's. */
  readonly clock?: () => number
}

/** Why the folder as it is now is not live. */
export interface PolicyRefusal {
  readonly problems: readonly PolicyProblem[]
  /** Unix milliseconds. */
  readonly at: number
}

export interface PolicyStatus {
  /** Left out while nothing was ever loaded. */
  readonly revision?: Revision
  /** Left out when the folder's last content is live. */
  readonly lastError?: PolicyRefusal
}

export type ReloadOutcome =
  | { readonly outcome: 'loaded' | 'unchanged'; readonly revision: Revision }
  | { readonly outcome: 'refused'; readonly problems: readonly PolicyProblem[] }

export interface Policies {
  /** The engine of the live revision; everything is a fault of the one before the first set was loaded. */
  engine(): PolicyEngine
  /** All that the live revision's files say; undefined before the first was loaded. */
  set(): PolicySet | undefined
  /** Agents, providers, connectors and plans of the live revision; none before the first was loaded. */
  registry(): Registry
  status(): PolicyStatus
  /** Looks at the folder now. Waits for a load that is under way. */
  reload(): Promise<ReloadOutcome>
  close(): Promise<void>
}

const DEFAULT_POLL_MS = 10_000

/** A checkout half done, or a mount that went away, looks like this, and without policies everything is allowed. */
const emptied: PolicyProblem = {
  file: '',
  message: 'no policy is left; the last ones stay live. Start again to go on without any',
  severity: 'error',
}

/** Opens a policy folder. Resolves when its content was loaded or refused; a refused one is not an error. */
export async function openPolicies(options: PolicyFolderOptions): Promise<Policies> {
  const policies = new PolicyFolder(options)
  await policies.reload()
  return policies
}

class PolicyFolder implements Policies {
  readonly #options: PolicyFolderOptions
  readonly #folder: string
  readonly #clock: () => number
  readonly #toolchain: Toolchain
  readonly #source: SourceFolder
  readonly #loader: PolicyLoader
  readonly #watch: ReturnType<typeof watchFolder> | undefined
  #engine: PolicyEngine = unloadedEngine('the policy folder was not read yet')
  #set: PolicySet | undefined
  #refusal: PolicyRefusal | undefined
  #refused: string | undefined
  #turn: Promise<unknown> = Promise.resolve()
  #waiting: Promise<ReloadOutcome> | undefined
  #closed = false
  /** How long the last look at the folder took. */
  #lookMs = 0

  constructor(options: PolicyFolderOptions) {
    const { folder, toolchain, cacheDir, watch = false, pollMs = DEFAULT_POLL_MS, clock = Date.now } = options
    this.#options = options
    this.#folder = resolve(folder)
    this.#clock = clock
    this.#toolchain = toolchain ?? openToolchain()
    this.#source = new SourceFolder(this.#folder)
    this.#loader = new PolicyLoader(this.#toolchain, cacheDir)
    const onChange = (): void => void this.#reload(false)
    const restMs = (): number => restAfterLook(pollMs, this.#lookMs)
    this.#watch = watch ? watchFolder({ restMs, onChange }) : undefined
  }

  engine(): PolicyEngine {
    return this.#engine
  }

  set(): PolicySet | undefined {
    return this.#set
  }

  registry(): Registry {
    return this.#set?.registry ?? emptyRegistry
  }

  status(): PolicyStatus {
    return {
      ...(this.#set ? { revision: this.#engine.revision } : {}),
      ...(this.#refusal ? { lastError: this.#refusal } : {}),
    }
  }

  reload(): Promise<ReloadOutcome> {
    return this.#reload(true)
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#watch?.close()
    if (this.#options.toolchain === undefined) await this.#toolchain.close()
    await this.#turn
  }

  /** @param again tries content again that was refused before */
  #reload(again: boolean): Promise<ReloadOutcome> {
    if (again) this.#refused = undefined
    // One that has not begun will see everything that stands in the folder now.
    this.#waiting ??= this.#after(async () => {
      this.#waiting = undefined
      return this.#load()
    })
    return this.#waiting
  }

  #after(run: () => Promise<ReloadOutcome>): Promise<ReloadOutcome> {
    const mine = this.#turn.then(run)
    this.#turn = mine.catch(() => {})
    return mine
  }

  async #load(): Promise<ReloadOutcome> {
    if (this.#closed)
      return this.#refuse('', [{ file: '', message: 'the policies are closed', severity: 'error' }])
    const start = performance.now()
    try {
      const reading = await this.#source.read()
      this.#lookMs = performance.now() - start
      this.#watch?.follow(reading.places)
      const outcome = await this.#loadFiles(reading, start)
      await this.#loader.kept()
      return outcome
    } catch (cause) {
      const { stack, message } = cause as Error
      return this.#refuse(stack ?? message, [
        { file: '', message: `the policies cannot be loaded: ${message}`, severity: 'error' },
      ])
    }
  }

  async #loadFiles({ files, problems }: FolderReading, start: number): Promise<ReloadOutcome> {
    if (problems.length > 0) return this.#refuse(JSON.stringify(problems), problems)
    const digest = sourcesDigest(files)
    const commit = await gitCommit(this.#folder)
    const { revision } = this.#engine
    if (this.#set && revision.digest === digest && revision.commit === commit) {
      this.#accept()
      return { outcome: 'unchanged', revision }
    }
    if (this.#refused === digest) return { outcome: 'refused', problems: this.#refusal?.problems ?? [] }
    const loaded = await this.#loader.load(files, { commit, loadedAt: this.#clock() })
    if (!loaded.ok) return this.#refuse(loaded.transient ? undefined : digest, loaded.problems)
    if (this.#set && this.#set.policies.length > 0 && loaded.set.policies.length === 0)
      return this.#refuse(digest, [emptied])
    this.#engine = loaded.engine
    this.#set = loaded.set
    this.#accept()
    this.#options.onLoaded?.(loaded.engine.revision, loaded.problems, performance.now() - start)
    return { outcome: 'loaded', revision: loaded.engine.revision }
  }

  #accept(): void {
    this.#refusal = undefined
    this.#refused = undefined
  }

  /** @param content tells one refused content from another, so that each is tried and reported once */
  #refuse(content: string | undefined, problems: readonly PolicyProblem[]): ReloadOutcome {
    const known = content !== undefined && this.#refused === content
    this.#refused = content
    if (!known && !this.#closed) {
      this.#refusal = { problems, at: this.#clock() }
      if (!this.#set) this.#engine = unloadedEngine('the policy folder was refused')
      this.#options.onRefused?.(problems)
    }
    return { outcome: 'refused', problems }
  }
}

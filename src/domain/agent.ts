/** Who can do a plan's steps: agent configurations, and the providers and connectors they reach. @module */
import type { ModelUse, Retries } from './call-terms.js'
import type { JsonObject } from './json.js'

/** How a plan runs. `confirm` and `step` run one step per resume. */
export const planModes = ['auto', 'sequential', 'parallel', 'balanced', 'confirm', 'step'] as const
export type PlanMode = (typeof planModes)[number]

/** Modes an agent configuration may name as its default: those that need nobody to resume. */
export const automaticModes = ['auto', 'sequential', 'parallel', 'balanced'] as const

/** One agent of a configuration: what it does when a task is given to it. */
export interface Agent {
  readonly name: string
  readonly type: 'llm-call' | 'connector-call'
  readonly description?: string
  readonly llm?: ModelUse
  readonly connector?: { readonly name: string; readonly operation: string }
  /** `{{query}}` and other templates. */
  readonly promptTemplate?: string
  readonly parameters?: JsonObject
}

/** Which agent takes a task: the first pattern, by falling priority, that the task's text matches. */
export interface RoutingRule {
  readonly pattern: string
  readonly agent: string
  readonly connector?: string
  readonly priority: number
}

/** An agent configuration (`kind: AgentConfig`; MAP contract §3.1). */
export interface AgentConfig {
  readonly execution: {
    readonly defaultMode: (typeof automaticModes)[number]
    readonly maxParallelTasks: number
    readonly timeoutSeconds: number
    readonly hints: JsonObject
  }
  readonly agents: readonly Agent[]
  readonly routing: readonly RoutingRule[]
  readonly synthesis: { readonly enabled: boolean; readonly promptTemplate?: string }
}

/** An agent configuration under its name, from a file or from the database. */
export interface AgentResource {
  /** `<domain>/<name>` from a file, a time-ordered UUID from the database. */
  readonly id: string
  readonly name: string
  readonly domain: string
  readonly description?: string
  readonly source: 'file' | 'database'
  readonly active: boolean
  /** 1 for a file; rises with every change in the database. */
  readonly version: number
  readonly config: AgentConfig
  /** As it was written: what the API shows. */
  readonly document: JsonObject
  readonly createdAt?: number
  readonly updatedAt?: number
  /** A newer version that a share of the runs gets. */
  readonly rollout?: { readonly version: number; readonly percent: number }
}

/** A value that is not in the document: read from the environment or a file each time it is needed, never stored. */
export interface SecretRef {
  readonly env?: string
  readonly file?: string
  /** Put before the value, such as `Bearer `. */
  readonly prefix?: string
}

/** Prices of a model in US dollars per million tokens. */
export interface ModelPrice {
  readonly inputUsdPerMillion: number
  readonly outputUsdPerMillion: number
}

/** A language model endpoint (`kind: Provider`). */
export interface Provider {
  readonly name: string
  readonly type: 'openai-compatible'
  /** Without a trailing slash. */
  readonly baseUrl: string
  readonly apiKey?: SecretRef
  /** Loopback, private and metadata addresses may be called. */
  readonly allowPrivate: boolean
  /** Models it serves, with their prices where they are known. */
  readonly models: Readonly<Record<string, Partial<ModelPrice>>>
  readonly timeoutMs: number
  readonly retries: Retries
}

/** One thing an HTTP connector can do. */
export interface HttpOperation {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Appended to the connector's base URL; a template. */
  readonly path: string
  readonly query?: JsonObject
  readonly headers?: Readonly<Record<string, string | SecretRef>>
  /** A template: text, or any JSON with templates in its texts. */
  readonly body?: JsonObject | string
  /** The other end honours `Idempotency-Key`, or the call changes nothing: it may be sent again. */
  readonly idempotent: boolean
  readonly timeoutMs?: number
}

interface ConnectorCommon {
  readonly name: string
  readonly timeoutMs: number
  readonly retries: Retries
}

/** Something a step can call (`kind: Connector`). */
export type Connector =
  | (ConnectorCommon & {
      readonly type: 'http'
      readonly baseUrl: string
      readonly allowPrivate: boolean
      readonly headers: Readonly<Record<string, string | SecretRef>>
      readonly operations: Readonly<Record<string, HttpOperation>>
    })
  | (ConnectorCommon & {
      readonly type: 'mcp-http'
      readonly url: string
      readonly allowPrivate: boolean
      readonly headers: Readonly<Record<string, string | SecretRef>>
      /** Tools that may be called. */
      readonly tools: readonly string[]
      /** Tools that may be called again with the same key. */
      readonly idempotentTools: readonly string[]
    })
  | (ConnectorCommon & {
      readonly type: 'mcp-stdio'
      readonly command: readonly string[]
      readonly environment: Readonly<Record<string, string | SecretRef>>
      readonly tools: readonly string[]
      readonly idempotentTools: readonly string[]
    })

/** All that the policy folder says about agents and what they reach, as of one revision. */
export interface Registry {
  readonly agents: readonly AgentResource[]
  readonly providers: ReadonlyMap<string, Provider>
  readonly connectors: ReadonlyMap<string, Connector>
  /** Plans written as files, by name. */
  readonly plans: ReadonlyMap<string, PlanFile>
}

/** A plan in git (`kind: Plan`). */
export interface PlanFile {
  readonly name: string
  readonly domain: string
  readonly description?: string
  readonly mode: PlanMode
  readonly steps: readonly PlanStep[]
}

/** Nothing is declared: nothing can be reached. */
export const emptyRegistry: Registry = {
  agents: [],
  providers: new Map(),
  connectors: new Map(),
  plans: new Map(),
}

import type { PlanStep } from './plan/step.js'

export type { ModelUse, Retries }

/** The verbs of runs. @module */
import type { Identity } from '../../domain/identity.js'
import type { Ports } from '../ports.js'
import { cancelExecution } from './cancel-execution.js'
import {
  type ExecutionQuery,
  forgetExecution,
  getExecution,
  getReplay,
  listExecutions,
  listHeads,
} from './read-executions.js'
import { Streams } from './streams.js'

/** Bound to a gate. Each answers with its result or with a refusal as data, after what it says is durable. */
export const executionVerbs = (ports: Ports) => ({
  get: (identity: Identity, id: string) => getExecution(ports, identity, id),
  list: (identity: Identity, query: ExecutionQuery) => listExecutions(ports, identity, query),
  cancel: (identity: Identity, id: string, reason: string) => cancelExecution(ports, identity, id, reason),
  replay: (identity: Identity, id: string) => getReplay(ports, identity, id),
  heads: (identity: Identity, query: ExecutionQuery) => listHeads(ports, identity, query),
  forget: (identity: Identity, id: string) => forgetExecution(ports, identity, id),
  /** Open streams; `end` them before the process stops. */
  streams: new Streams(ports),
})

export type ExecutionVerbs = ReturnType<typeof executionVerbs>

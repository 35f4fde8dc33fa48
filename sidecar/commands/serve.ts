/** `stepgate serve`: the parts put together, and taken apart in the opposite order. @module */

import { openStepgate, type Stepgate } from '../../src/control/stepgate.js'
import { emptyRegistry } from '../../src/domain/agent.js'
import { createListener, loopbackHosts, openIdentity, type Readiness } from '../../src/http/index.js'
import { openOutbound } from '../../src/outbound/open-outbound.js'
import { openPolicies, type Policies } from '../../src/policy/bundle/open-policies.js'
import type { Revision } from '../../src/policy/engine/revision.js'
import { unloadedEngine } from '../../src/policy/engine/unloaded.js'
import { openToolchain } from '../../src/policy/toolchain/toolchain.js'
import { StoreUnavailable } from '../../src/store/store.js'
import { startApprovalSweep } from '../approval-sweep.js'
import type { Config } from '../config.js'
import { databaseRefusal, unopened } from '../database-setting.js'
import { exitCodes } from '../exit-codes.js'
import { type HttpServer, openHttpServer } from '../http-server.js'
import { type Log, openLog, openRepeatedFault } from '../logging.js'
import { isLoopback, openModeRefusal } from '../open-mode.js'
import { startPlanSweep } from '../plan-sweep.js'
import { cacheProblem } from '../policy-cache.js'
import { openPolicyStatus } from '../policy-status.js'
import { withRequestLog } from '../request-log.js'
import { awaitStopSignals } from '../stop-signals.js'
import { type Call, refuse } from '../verb.js'
import { packageVersion } from '../version.js'

/** How long requests under way may take once the process was asked to stop. */
const stopGraceMs = 10_000
/** How often a lasting failure of the database is said again. */
const repeatFaultMs = 10_000

/** Runs until a signal; the exit code says how it went. */
export async function serve({ config, shown, from, ignored }: Call): Promise<number> {
  const refusal = openModeRefusal(config) ?? databaseRefusal(config.database)
  if (refusal) return refuse([refusal])
  const log = openLog(config.log_level)
  endOnBrokenPromises(log)
  const signals = awaitStopSignals(log)
  log.info({ version: packageVersion, node: process.versions.node, settings: shown, from }, 'starting')
  for (const reason of ignored) log.warn(`setting ignored: ${reason}`)
  if (!isLoopback(config.host))
    log.warn(`no authentication: whoever reaches ${config.host} can gate and approve`)

  const closers: Closer[] = []
  const stop = async (graceMs: number) => {
    for (const close of closers.splice(0).reverse()) await close(graceMs)
  }
  let stopping = false
  let opened = false
  try {
    const opening = open(config, log, closers, () => stopping).then(
      ({ server: { host, port }, policies }) => {
        opened = true
        log.info({ host, port, revision: policies.engine().revision.id }, 'listening')
      },
    )
    await Promise.race([opening, signals.asked])
  } catch (error) {
    log.fatal({ err: error }, `cannot start: ${explain(error, config)}`)
    await stop(0)
    signals.release()
    return exitCodes.failure.code
  }
  const signal = await signals.asked
  stopping = true
  log.info({ signal }, 'stopping')
  await stop(stopGraceMs)
  log.info('stopped')
  signals.release()
  // What was still being opened has nobody to close it.
  if (!opened) process.exit(exitCodes.ok.code)
  return exitCodes.ok.code
}

/** Gives back what was opened; what can wait for others does so for this many milliseconds. */
type Closer = (graceMs: number) => Promise<unknown>

interface Parts {
  readonly server: HttpServer
  readonly policies: Policies
}

/** Opens the parts, each with its closer. The database comes first: its lock says at once that another one runs. */
async function open(config: Config, log: Log, closers: Closer[], stopping: () => boolean): Promise<Parts> {
  let live: Policies | undefined
  const stepgate = await openStepgate({
    database: config.database,
    engine: () => live?.engine() ?? loading,
    registry: () => live?.registry() ?? emptyRegistry,
    outbound: openOutbound({
      readEnv: (name) => process.env[name],
      onLog: (line) => log.debug({ line }, 'outbound'),
    }),
    approvalTtlMs: config.approval_ttl,
    maxConcurrentExecutions: config.max_concurrent_executions,
    planTtlMs: config.plan_ttl,
    planner: config.planner,
    maxStepsAtOnce: config.max_plan_steps,
    maxStreams: config.max_streams,
    onPlanFault: (error) => log.error({ err: error }, 'a plan met a defect'),
    onStoreFault: openRepeatedFault(log, 'database fault', repeatFaultMs),
  }).catch((error: unknown) => {
    throw unopened(config.database, error)
  })
  closers.push(() => stepgate.close())
  const toolchain = openToolchain({ onLog: (line) => log.debug({ line }, 'toolchain') })
  closers.push(() => toolchain.close())
  const status = openPolicyStatus(config.policies, log)
  const uncached = cacheProblem(config.policy_cache)
  if (uncached !== undefined) log.warn(`${uncached}: every start compiles the policies`)
  const policies = await openPolicies({
    folder: config.policies,
    toolchain,
    ...(uncached === undefined ? { cacheDir: config.policy_cache } : {}),
    pollMs: config.policy_poll,
    watch: true,
    onLoaded: status.loaded,
    onRefused: status.refused,
  })
  live = policies
  closers.push(() => policies.close())
  closers.push(startApprovalSweep(stepgate, log))
  // Plans that were executing need policies and connectors: with none loaded their steps would be refused.
  closers.push(startPlanSweep(stepgate, () => policies.status().revision !== undefined, log))
  const revision = () => policies.status().revision
  const listener = createListener({
    stepgate,
    identify: openIdentity(config.org),
    revision,
    readiness: () => readiness(stepgate, revision(), status.details(), stopping()),
    version: packageVersion,
    ...(config.public_url === undefined ? {} : { publicUrl: config.public_url }),
    ...(isLoopback(config.host) ? { hosts: [...loopbackHosts, config.host] } : {}),
    onError: (error, requestId) => {
      // The store has told of its own faults, once and not for every request.
      const level = error instanceof StoreUnavailable ? 'debug' : 'error'
      log[level](
        { err: error, ...(requestId === undefined ? {} : { request_id: requestId }) },
        'request failed',
      )
    },
  })
  const server = await openHttpServer(withRequestLog(log, listener), { ...config, revision })
  closers.push(async (graceMs) => {
    // They would last as long as the runs that they follow.
    stepgate.release()
    const cut = await server.stop(graceMs)
    if (cut > 0) log.warn({ cut, grace_ms: graceMs }, 'connections cut off')
  })
  return { server, policies }
}

const loading = unloadedEngine('they are being loaded')

function readiness(
  stepgate: Stepgate,
  revision: Revision | undefined,
  policies: Readonly<Record<string, unknown>>,
  stopping: boolean,
): Readiness {
  const { writable, fault } = stepgate.health()
  return {
    ready: !stopping && revision !== undefined && writable,
    details: {
      policy_revision: revision?.id ?? 'none',
      database: writable ? 'writable' : `cannot be written: ${fault}`,
      ...policies,
      ...(stopping ? { stopping } : {}),
    },
  }
}

/** What went wrong at the start, in words that say what to do. */
function explain(error: unknown, { host, port }: Config): string {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE')
    return `port ${port} of ${host} is taken by another process; choose another with STEPGATE_PORT`
  if (code === 'EACCES' && port < 1024)
    return `port ${port} needs privileges; choose one from 1024 on with STEPGATE_PORT`
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return `${host} is no address of this machine; see STEPGATE_HOST`
  return message
}

/** A promise that nobody waits for may have left half a change behind: better to start again from what is stored. */
function endOnBrokenPromises(log: Log): void {
  const end = (error: unknown) => {
    log.fatal({ err: error }, 'ended by a defect')
    process.exit(exitCodes.failure.code)
  }
  process.on('unhandledRejection', end)
  process.on('uncaughtException', end)
}

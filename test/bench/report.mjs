/**
 * The figures as people read them, and what was promised beside what was found.
 * @module
 */

/** @param {readonly string[]} head @param {readonly (readonly (string | number)[])[]} rows */
export function table(head, rows) {
  const lines = [head, ...rows].map((row) => row.map(String))
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column].length)))
  const padded = lines.map((line) =>
    line
      .map((cell, column) => cell.padStart(widths[column]))
      .join('  ')
      .trimEnd(),
  )
  return [padded[0], widths.map((width) => '-'.repeat(width)).join('  '), ...padded.slice(1)].join('\n')
}

const whole = (/** @type {number} */ value) => (Number.isFinite(value) ? Math.round(value).toString() : '-')
const fine = (/** @type {number} */ value, digits = 2) =>
  Number.isFinite(value) ? value.toFixed(digits) : '-'

/** @param {readonly import('./throughput.mjs').Row[]} rows */
export function throughputTable(rows) {
  return table(
    [
      'conns',
      'server',
      'req/s',
      'of floor',
      'p50 ms',
      'p99 ms',
      'max ms',
      'CPU us/req',
      'CPU of floor',
      'load CPU',
    ],
    rows.map((row) => [
      row.connections,
      row.policies === null ? 'floor' : `${row.policies} policies`,
      whole(row.rate),
      fine(row.ratio),
      fine(row.p50),
      fine(row.p99),
      fine(row.max, 0),
      fine(row.cpuPerRequest, 1),
      fine(row.cpuRatio),
      `${whole(row.loadCpu * 100)} %`,
    ]),
  )
}

/**
 * @param {any} results as run.mjs gathers them; parts that were not run are missing
 * @returns {{ owed: string, found: string, met: boolean }[]} only what could be judged
 */
export function verdicts(results) {
  /** @type {{ owed: string, found: string, met: boolean }[]} */
  const list = []
  const judge = (/** @type {string} */ owed, /** @type {string} */ found, /** @type {boolean} */ met) =>
    list.push({ owed, found, met })
  const row = (/** @type {number} */ connections, /** @type {number | null} */ policies) =>
    results.throughput?.rows.find(
      (/** @type {any} */ r) => r.connections === connections && r.policies === policies,
    )

  for (const [policies, ratio] of [
    [100, 0.45],
    [1000, 0.4],
  ]) {
    const found = row(32, policies)
    if (found === undefined) continue
    judge(
      `32 connections, ${policies} policies: at least ${ratio} of the floor`,
      fine(found.ratio),
      found.ratio >= ratio,
    )
    judge(`32 connections, ${policies} policies: p99 below 12 ms`, `${fine(found.p99)} ms`, found.p99 < 12)
  }
  const [one, bare] = [row(1, 100), row(1, null)]
  if (one !== undefined && bare !== undefined) {
    const above = one.p50 - bare.p50 - results.throughput.syncedAppend
    judge(
      '1 connection, 100 policies: p50 within 0.2 ms of floor + one synced append',
      `${fine(above)} ms`,
      above <= 0.2,
    )
  }
  const stored = results.manySteps?.compared.find((/** @type {any} */ one) => one.connections === 32)
  if (stored !== undefined && results.manySteps.steps >= 1_000_000) {
    judge(
      '1,000,000 stored steps: a gate costs at most 10 % more',
      `${fine((stored.time - 1) * 100, 0)} %`,
      stored.time <= 1.1,
    )
  }
  if (results.plans !== undefined) {
    const { plans, share } = results.plans
    judge(`${plans} plans beside gates: gates keep 0.8 of their rate`, fine(share), share >= 0.8)
  }
  const readings = results.memory
  const after = readings?.find((/** @type {any} */ reading) => reading.gates === 100_000)
  if (after !== undefined) {
    judge('Memory after 100,000 gates: below 150 MB', `${fine(after.megabytes, 0)} MB`, after.megabytes < 150)
    const last = readings.at(-1)
    const grown = last.megabytes / after.megabytes - 1
    if (last !== after)
      judge(`Memory flat up to ${last.gates} gates (within 5 %)`, `${fine(grown * 100, 0)} %`, grown <= 0.05)
  }
  return list
}

/** @param {ReturnType<typeof verdicts>} list */
export function verdictTable(list) {
  return list.map(({ owed, found, met }) => `${met ? 'met   ' : 'MISSED'}  ${owed}: ${found}`).join('\n')
}

/** @param {any} results */
export function print(results) {
  /** @type {string[]} */
  const parts = []
  const { machine, conditions } = results
  parts.push(
    `${machine.cpu}, ${machine.cores} cores, ${machine.system}, Node ${machine.node}`,
    machine.pinned
      ? 'Server on core 0, load generator on core 1.'
      : 'NOT PINNED (no taskset, or one core): server and load generator share cores, ratios are rough.',
  )
  if (conditions.inMemory) parts.push('The database lay in memory: durability cost nothing here.')
  parts.push(
    `Other work on this machine: ${fine(conditions.others)} cores on average, ${fine(conditions.othersWorst)} at worst.` +
      (conditions.othersWorst > 0.15 ? ' Rely on ratios only.' : ''),
  )
  if (conditions.loadCpu > 0.9)
    parts.push(`The load generator was busy ${whole(conditions.loadCpu * 100)} %: it may be the limit.`)
  if (results.starts) {
    parts.push('', 'Start to ready, ms')
    const rows = results.starts.map((/** @type {any} */ s) => [s.policies, whole(s.empty), whole(s.compiled)])
    parts.push(table(['policies', 'nothing compiled', 'compiled before'], rows))
  }
  if (results.throughput) {
    parts.push('', 'Gates', throughputTable(results.throughput.rows))
    parts.push(
      `One 4 kB append and fdatasync in the database's folder: ${fine(results.throughput.syncedAppend, 3)} ms`,
    )
  }
  if (results.memory) {
    parts.push('', 'Resident memory, MB (100 policies)')
    parts.push(
      table(
        ['gates', 'MB'],
        results.memory.map((/** @type {any} */ m) => [m.gates, fine(m.megabytes, 0)]),
      ),
    )
  }
  if (results.manySteps) {
    parts.push(
      '',
      `A gate with ${results.manySteps.steps} stored steps against none`,
      shareTable(results.manySteps.compared),
    )
    parts.push(`Resident then: ${fine(results.manySteps.megabytes, 0)} MB`)
  }
  if (results.longWorkflow) {
    const { few, many } = results.longWorkflow
    parts.push('', `A gate in a workflow of ${many} steps against ${few}`)
    parts.push(shareTable([{ connections: 1, ...results.longWorkflow }]))
  }
  if (results.plans) {
    const { plans, seconds, secondsBesideGates, gatesAlone, gatesBeside, bareCall, step } = results.plans
    parts.push(
      '',
      `${plans} plans of ten steps: ${fine(seconds, 1)} s alone (${whole(plans / seconds)} plans/s), ${fine(secondsBesideGates, 1)} s beside gates`,
      `Gates meanwhile: ${whole(gatesBeside)}/s of ${whole(gatesAlone)}/s`,
      `A step that follows another: ${fine(step)} ms; its connector called bare: ${fine(bareCall)} ms`,
    )
  }
  if (results.reloads) {
    const { policies, cold, warm } = results.reloads
    parts.push(
      '',
      `One edited policy of ${policies} until it decides: ${whole(cold)} ms (compiler not loaded), ${whole(warm)} ms (loaded)`,
    )
  }
  parts.push('', verdictTable(verdicts(results)))
  return parts.join('\n')
}

/** @param {readonly any[]} rows */
function shareTable(rows) {
  return table(
    ['conns', 'p50 few', 'p50 many', 'time', 'CPU'],
    rows.map((row) => [
      row.connections,
      fine(row.p50Few),
      fine(row.p50Many),
      `x${fine(row.time)}`,
      `x${fine(row.cpu)}`,
    ]),
  )
}

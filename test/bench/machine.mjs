/**
 * What this machine is, how busy others keep it, and how long its disk takes: the figures that say how far the other
 * figures can be trusted.
 * @module
 */
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { median } from './latencies.mjs'

/** Cores the server and the load generator are pinned to; null where that is not possible here. */
export const cores = pinning()

function pinning() {
  if (os.availableParallelism() < 2) return null
  const works = ['0', '1'].every((core) => spawnSync('taskset', ['-c', core, 'true']).status === 0)
  return works ? { server: '0', load: '1' } : null
}

/** Keeps this process itself off the server's core. */
export function stayOffServerCore() {
  if (cores !== null) spawnSync('taskset', ['-c', '-p', cores.load, String(process.pid)])
}

/** The command line that runs Node on a core. @param {'server' | 'load'} role @param {string[]} args */
export function pinned(role, args) {
  const command = [process.execPath, ...args]
  return cores === null ? command : ['taskset', '-c', cores[role], ...command]
}

const temporaryFileSystem = 0x01021994

/**
 * A new folder on a real disk where one can be had: the system's temporary folder, or `otherwise` where that is memory.
 * @param {string} otherwise
 */
export function scratchFolder(otherwise) {
  const inMemory = (/** @type {string} */ folder) => fs.statfsSync(folder).type === temporaryFileSystem
  const parent = inMemory(os.tmpdir()) ? otherwise : os.tmpdir()
  fs.mkdirSync(parent, { recursive: true })
  return { folder: fs.mkdtempSync(path.join(parent, 'stepgate-bench-')), inMemory: inMemory(parent) }
}

/** Milliseconds to append 4 kB to a file and have it on disk: the median of 200. @param {string} folder */
export function syncedAppend(folder) {
  const page = Buffer.alloc(4096, 'x')
  const name = path.join(folder, 'append.probe')
  const file = fs.openSync(name, 'a')
  const times = Array.from({ length: 200 }, () => {
    const start = performance.now()
    fs.writeSync(file, page)
    fs.fdatasyncSync(file)
    return performance.now() - start
  })
  fs.closeSync(file)
  fs.rmSync(name)
  return median(times)
}

const perTick = 10

/** CPU milliseconds a process has used, its threads included; NaN where the system does not tell. @param {number} pid */
export function cpuOf(pid) {
  try {
    const fields = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return (Number(fields[11]) + Number(fields[12])) * perTick
  } catch {
    return Number.NaN
  }
}

/** CPU milliseconds all cores have spent on anything. */
export function cpuOfAll() {
  return os.cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0)
}

/** Resident megabytes of a process. @param {number} pid */
export function residentMegabytes(pid) {
  if (fs.existsSync(`/proc/${pid}/status`)) {
    const found = /VmRSS:\s+(\d+) kB/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))
    return Number(found?.[1]) / 1024
  }
  return Number(spawnSync('ps', ['-o', 'rss=', '-p', String(pid)]).stdout) / 1024
}

export function describeMachine() {
  return {
    cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
    cores: os.cpus().length,
    system: `${os.platform()} ${os.arch()}`,
    node: process.version,
    pinned: cores !== null,
  }
}

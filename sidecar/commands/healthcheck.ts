import { exitCodes } from '../exit-codes.js'
import type { Settings } from '../settings.js'

// Shorter than the timeout of any probe that calls this verb.
const timeoutMs = 2_500
/** Listening on every address is no address to call. */
const reachable: Readonly<Record<string, string>> = {
  '0.0.0.0': '127.0.0.1',
  '::': '::1',
}

/** For probes that run a command: asks `/health/ready`, prints the answer, fails unless it is 200. */
export async function healthcheck({ host, port }: Pick<Settings, 'host' | 'port'>): Promise<number> {
  const name = reachable[host] ?? host
  const url = `http://${name.includes(':') ? `[${name}]` : name}:${port}/health/ready`
  try {
    const reply = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) })
    process.stdout.write(`${reply.status} ${(await reply.text()).trim()}\n`)
    return reply.ok ? exitCodes.ok.code : exitCodes.failure.code
  } catch (error) {
    const cause = (error as Error).cause
    process.stderr.write(
      `error: no answer from ${url}: ${cause instanceof Error ? cause.message : (error as Error).message}\n`,
    )
    return exitCodes.failure.code
  }
}

import type { RequestListener } from 'node:http'
import type { Log } from './logging.js'

/** A line for each answered request, at level debug only: at any other level requests pass untouched. No bodies, no credentials. */
export function withRequestLog(log: Log, listener: RequestListener): RequestListener {
  if (!log.isLevelEnabled('debug')) return listener
  return (request, response) => {
    const begun = performance.now()
    response.once('close', () => {
      const entry = {
        method: request.method,
        path: request.url?.split('?')[0],
        status: response.statusCode,
        ms: Math.round((performance.now() - begun) * 100) / 100,
        ...(request.headers['x-request-id'] === undefined
          ? {}
          : { request_id: request.headers['x-request-id'] }),
      }
      log.debug(entry, response.writableFinished ? 'answered' : 'cut off')
    })
    listener(request, response)
  }
}

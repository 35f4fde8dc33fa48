/**
 * What the steps of plans call: a server that reads a body and answers a few bytes.
 *
 * Started with an IPC channel; sends `{ port }`.
 * @module
 */
import http from 'node:http'

const body = JSON.stringify({ done: true, items: [1, 2, 3] })
const server = http.createServer((request, response) => {
  request.resume()
  request.on('end', () => {
    response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': body.length })
    response.end(body)
  })
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => {
  process.send?.({ port: /** @type {import('node:net').AddressInfo} */ (server.address()).port })
})
process.once('disconnect', () => process.exit(0))

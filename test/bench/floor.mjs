/**
 * The floor: what `node:http` alone costs for the same request and a reply of the same size. It reads the body, parses
 * it, and answers constant bytes under the headers of a real gate reply. Nothing that answers a gate can be faster.
 *
 * Started with an IPC channel; expects one message `{ headers, body }`, answers `{ port }`.
 * @module
 */
import http from 'node:http'

process.once('message', (/** @type {{ headers: Record<string, string>, body: string }} */ reply) => {
  const body = Buffer.from(reply.body)
  const headers = { ...reply.headers, 'Content-Length': body.length }
  const server = http.createServer((request, response) => {
    /** @type {Buffer[]} */
    const chunks = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      const text = chunks.length === 1 ? chunks[0].toString() : Buffer.concat(chunks).toString()
      const gate = JSON.parse(text)
      response.writeHead(gate.step_type ? 200 : 400, headers)
      response.end(body)
    })
  })
  server.listen(0, '127.0.0.1', () => {
    process.send?.({ port: /** @type {import('node:net').AddressInfo} */ (server.address()).port })
  })
})
process.once('disconnect', () => process.exit(0))

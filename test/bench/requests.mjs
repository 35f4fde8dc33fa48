/**
 * Prepared bytes of HTTP requests, as the SDKs send them. Only the two ids and what a policy limits differ from one use to
 * the next, and all have a fixed width, so sending a gate means writing them into bytes that are ready.
 * @module
 */
import { gatePool, metadataOf, otherEachTime } from './gates.mjs'
import { policySet } from './policies.mjs'

const kindCount = 8
const gatesPerKind = 512
const stepDigits = 9

/** @param {string} path @param {number} port @param {string} body */
function requestBytes(path, port, body) {
  return Buffer.from(
    [
      `POST ${path} HTTP/1.1`,
      `Host: 127.0.0.1:${port}`,
      'Accept: */*',
      'Accept-Encoding: gzip, deflate',
      'Connection: keep-alive',
      'User-Agent: axonflow-sdk-python/9.5.0',
      'X-Client-ID: community',
      'X-Axonflow-Client: sdk-python/9.5.0',
      'Content-Type: application/json',
      `Authorization: Basic ${Buffer.from('community:').toString('base64')}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  )
}

/** @param {number} port @param {number} kind of workflow */
export function creation(port, kind) {
  const metadata = { ...metadataOf(kind % kindCount), cost_centre: `cc-${kind}`, release: '2026.2' }
  const body = { workflow_name: `${metadata.team}-assistant`, source: 'langgraph', metadata }
  return requestBytes('/api/v1/workflows', port, JSON.stringify(body))
}

/** @type {Map<number, import('./gates.mjs').Kind[]>} */
const pools = new Map()

/** @param {number} policyCount */
function kinds(policyCount) {
  const known = pools.get(policyCount) ?? gatePool(policySet(policyCount), kindCount, gatesPerKind)
  pools.set(policyCount, known)
  return known
}

/**
 * The gates asked of one server.
 * @param {number} port
 * @param {number} policyCount
 * @param {number} idLength of every workflow id
 */
export function gateRequests(port, policyCount, idLength) {
  const before = 'POST /api/v1/workflows/'.length
  const stepAt = before + idLength + '/steps/step-'.length
  const path = `/api/v1/workflows/${'w'.repeat(idLength)}/steps/step-${'0'.repeat(stepDigits)}/gate`
  const prepared = kinds(policyCount).map(({ gates }) => ({
    next: 0,
    gates: gates.map((gate) => {
      const bytes = requestBytes(path, port, JSON.stringify(gate.body))
      return { gate, bytes, numbers: placesOf(String(otherEachTime), bytes) }
    }),
  }))
  return {
    /**
     * The next gate of a kind of workflow. Its bytes come round again after 512 others, when they have long been sent.
     * @param {{ id: string, kind: number }} workflow
     * @param {number} step
     */
    next(workflow, step) {
      const kind = prepared[workflow.kind % kindCount]
      const request = kind.gates[kind.next]
      kind.next = (kind.next + 1) % kind.gates.length
      request.bytes.write(workflow.id, before, 'latin1')
      writeDigits(request.bytes, stepAt, stepDigits, step)
      // The first digit stays.
      for (const at of request.numbers) writeDigits(request.bytes, at + 1, stepDigits - 1, step)
      return request
    },
  }
}

/** @param {string} text @param {Buffer} bytes */
function placesOf(text, bytes) {
  const places = []
  for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1)) places.push(at)
  return places
}

/** The last digits of a number. @param {Buffer} bytes @param {number} from @param {number} count @param {number} number */
function writeDigits(bytes, from, count, number) {
  for (let at = from + count - 1, rest = number; at >= from; at -= 1, rest = Math.floor(rest / 10)) {
    bytes[at] = 48 + (rest % 10)
  }
}

/** @param {number} step */
export const stepId = (step) => `step-${String(step).padStart(stepDigits, '0')}`

/**
 * Single gates asked of the live server, where the load generator would be too much.
 * @module
 */
const authorization = `Basic ${Buffer.from('community:').toString('base64')}`

/** What Node adds to every reply by itself. */
const added = new Set(['connection', 'content-length', 'date', 'keep-alive'])

/** @param {number} port @param {string} path @param {object} body */
async function post(port, path, body) {
  const reply = await fetch(`http://127.0.0.1:${port}/api/v1/workflows${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: authorization },
    body: JSON.stringify(body),
  })
  const text = await reply.text()
  if (!reply.ok) throw new Error(`The server answered ${reply.status}: ${text}`)
  return { text, headers: Object.fromEntries([...reply.headers].filter(([name]) => !added.has(name))) }
}

/**
 * @param {number} port
 * @returns {Promise<() => Promise<{ text: string, headers: Record<string, string> }>>} asks a gate of a new step, in
 *   one workflow made for it, and gives the reply
 */
export async function gates(port) {
  const { workflow_id } = JSON.parse((await post(port, '', { workflow_name: 'single gates' })).text)
  const gate = { step_type: 'llm_call', model: 'small', step_input: { prompt: 'hello' } }
  let step = 0
  return () => post(port, `/${workflow_id}/steps/single-${String(++step).padStart(7, '0')}/gate`, gate)
}

/**
 * What the floor has to answer to be comparable: a reply of the same size under the same headers.
 * @param {number} port of the live server
 */
export async function sampleReply(port) {
  const { text, headers } = await (await gates(port))()
  const { workflow_id } = JSON.parse((await post(port, '', { workflow_name: 'sample' })).text)
  return { idLength: workflow_id.length, reply: { headers, body: text } }
}

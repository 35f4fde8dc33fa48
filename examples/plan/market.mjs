/** The market that the plan's steps call. It knows a repeated order by its Idempotency-Key, and is busy at times. */
import { createServer } from 'node:http'

const prices = { tin: 31_200, zinc: 2_900, copper: 9_800 }
const orders = new Map()
let calls = 0

createServer(async (request, response) => {
  let text = ''
  for await (const chunk of request) text += chunk
  const answer = (status, body) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  if (++calls % 4 === 2) return answer(503, { error: 'the market is busy' })
  const asked = JSON.parse(text).text.toLowerCase()
  const metal = Object.keys(prices).find((name) => asked.includes(name))
  if (metal === undefined) return answer(422, { error: 'no such metal' })
  if (request.url === '/price') return answer(200, { metal, usd_per_ton: prices[metal] })
  const key = request.headers['idempotency-key']
  if (!orders.has(key)) orders.set(key, { order: orders.size + 1, metal })
  answer(200, orders.get(key))
}).listen(Number(process.env.MARKET_PORT ?? 9098), '127.0.0.1', () => console.log('the market is open'))

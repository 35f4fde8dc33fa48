import { pino } from 'pino'
import { expect, it } from 'vitest'
import { openRepeatedFault } from '#sidecar/logging.js'

it('a fault that lasts is said once in a while, with how often it was not said; another one is said at once', () => {
  const entries: { err: { message: string }; unsaid?: number }[] = []
  let now = 0
  const log = pino({}, { write: (line: string) => entries.push(JSON.parse(line)) })
  const fault = openRepeatedFault(log, 'database fault', 10_000, () => now)
  const full = new Error('disk full')
  for (; now < 12_000; now += 1_000) fault(full)
  fault(new Error('disk gone'))
  expect(entries.map(({ err, unsaid }) => [err.message, unsaid])).toEqual([
    ['disk full', undefined],
    ['disk full', 9],
    ['disk gone', 1],
  ])
})

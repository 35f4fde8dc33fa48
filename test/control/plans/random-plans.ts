/** Plans of any shape whose steps come out in any way, and the server that makes them come out so. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { emptyRegistry, type PlanMode, type Registry } from '#src/domain/agent.js'
import type { PlanStep } from '#src/domain/plan/step.js'

/** How a step comes out. */
export const wishes = [
  'ok',
  'flaky',
  'bad',
  'block',
  'approve',
  'reject',
  'expire',
  'human',
  'yes',
  'no',
] as const
export type Wish = (typeof wishes)[number]

export interface RandomPlan {
  readonly mode: PlanMode
  readonly maxParallel: number
  readonly steps: readonly PlanStep[]
}

/** A random plan; most of its steps do well, else hardly any would come far. */
export const randomPlan: fc.Arbitrary<RandomPlan> = fc
  .record({
    mode: fc.constantFrom<PlanMode>('auto', 'parallel', 'auto', 'sequential', 'balanced', 'confirm', 'step'),
    maxParallel: fc.integer({ min: 1, max: 3 }),
    drafts: fc.array(
      fc.record({
        wish: fc.oneof(
          { weight: 5, arbitrary: fc.constantFrom<Wish>('ok', 'flaky', 'approve', 'human', 'yes', 'no') },
          { weight: 1, arbitrary: fc.constantFrom<Wish>(...wishes) },
        ),
        before: fc.array(fc.nat(6), { maxLength: 3 }),
        undone: fc.boolean(),
        branch: fc.constantFrom('ifTrue', 'ifFalse', undefined),
        rank: fc.nat(),
      }),
      { minLength: 1, maxLength: 7 },
    ),
  })
  .map(({ mode, maxParallel, drafts }) => {
    const steps = drafts.map((draft, i) => ({ ...draft, id: `s${i}`, dependsOn: new Set<string>() }))
    for (const [i, { before, dependsOn }] of steps.entries())
      for (const other of before) if (other < i) dependsOn.add(`s${other}`)
    // A plan may list its steps in any order.
    const listed = [...steps].sort((a, b) => a.rank - b.rank)
    return {
      mode,
      maxParallel,
      steps: listed.map((step) => {
        const { id, wish, undone } = step
        const base = { id, name: id, dependsOn: [...step.dependsOn] }
        if (wish === 'human') return { ...base, type: 'human-task', prompt: 'Please' } as const
        if (wish === 'yes' || wish === 'no') {
          const branch = (of: string) =>
            steps.filter((other) => other.branch === of && other.dependsOn.has(id)).map((other) => other.id)
          return {
            ...base,
            type: 'conditional',
            condition: { value: wish, operator: 'equals', operand: 'yes' },
            ifTrue: branch('ifTrue'),
            ifFalse: branch('ifFalse'),
          } as const
        }
        const compensation = { connector: 'world', operation: 'do', parameters: { wish: 'flaky', undo: id } }
        return {
          ...base,
          type: 'connector-call',
          call: { connector: 'world', operation: 'do' },
          parameters: { wish },
          ...(undone ? { compensation } : {}),
        } as const
      }),
    }
  })

export interface WishWorld {
  /** Idempotency keys of the requests, in the order in which they came. */
  readonly requests: string[]
  registry(): Registry
  close(): Promise<void>
}

/** Does as the request wishes: at once or a little later; the first request of a flaky one fails. */
export async function openWishWorld(): Promise<WishWorld> {
  const requests: string[] = []
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    const key = request.headers['idempotency-key'] as string
    const first = !requests.includes(key)
    requests.push(key)
    const { wish } = JSON.parse(text) as { wish: Wish }
    const status = wish === 'bad' ? 400 : wish === 'flaky' && first ? 503 : 200
    setTimeout(
      () => response.writeHead(status, { 'content-type': 'application/json' }).end('{}'),
      key.length % 4,
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const operation = { method: 'POST', path: '/do', body: '{{parameters}}', idempotent: true } as const
  const connector = {
    name: 'world',
    type: 'http',
    baseUrl,
    allowPrivate: true,
    headers: {},
    operations: { do: operation },
    timeoutMs: 5000,
    retries: { attempts: 4, backoffMs: 2 },
  } as const
  return {
    requests,
    registry: () => ({ ...emptyRegistry, connectors: new Map([['world', connector]]) }) as Registry,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

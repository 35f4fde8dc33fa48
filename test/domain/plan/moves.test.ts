import { describe, expect, it } from 'vitest'
import type { PlanMode } from '#src/domain/agent.js'
import type { Move, Surroundings } from '#src/domain/plan/move.js'
import { nextLook, nextMoves } from '#src/domain/plan/moves.js'
import type { Plan } from '#src/domain/plan/plan.js'
import type { RunState, StepRun } from '#src/domain/plan/run.js'
import type { PlanStep } from '#src/domain/plan/step.js'

const step = (id: string, dependsOn: string[] = [], more: Partial<PlanStep> = {}): PlanStep => ({
  id,
  name: id,
  type: 'connector-call',
  call: { connector: 'c', operation: 'o' },
  dependsOn,
  ...more,
})

const plan = (steps: PlanStep[], mode: PlanMode = 'auto', more: Partial<Plan> = {}): Plan => ({
  key: 1,
  id: 'plan_1',
  org: 'o',
  tenant: 't',
  client: 't',
  rowVersion: 1,
  version: 1,
  status: 'executing',
  query: '',
  domain: 'generic',
  mode,
  metadata: {},
  steps,
  maxParallel: 5,
  timeoutMs: 60_000,
  planning: { by: 'caller', choices: [] },
  estimate: { usd: 0, breakdown: [], unpriced: [] },
  createdAt: 0,
  updatedAt: 0,
  expiresAt: 0,
  ...more,
})

const runs = (of: Plan, states: Record<string, RunState | Partial<StepRun>> = {}): StepRun[] =>
  of.steps.map(({ id }, position) => {
    const given = states[id] ?? 'waiting'
    return {
      planKey: 1,
      position,
      stepId: id,
      version: 1,
      attempt: 0,
      idempotencyKey: `k${position}`,
      state: 'waiting',
      ...(typeof given === 'string' ? { state: given } : given),
    }
  })

const around = (more: Partial<Surroundings> = {}): Surroundings => ({
  now: 1000,
  plan: 'open',
  resumes: 0,
  underWay: () => false,
  approval: () => 'pending',
  reported: () => false,
  ...more,
})

const short = (moves: readonly Move[]): string[] =>
  moves.map((move) => ('run' in move ? `${move.do} ${move.run.stepId}` : move.do))
const moves = (
  of: Plan,
  states: Record<string, RunState | Partial<StepRun>> = {},
  more: Partial<Surroundings> = {},
) => short(nextMoves(of, runs(of, states), around(more)))

describe('an automatic plan', () => {
  const diamond = plan([step('a'), step('b', ['a']), step('c', ['a']), step('d', ['b', 'c'])])

  it('begins with the steps that depend on nothing', () => {
    expect(moves(diamond)).toEqual(['start a'])
  })

  it('runs what does not depend on one another at the same time', () => {
    expect(moves(diamond, { a: 'completed' })).toEqual(['start b', 'start c'])
  })

  it('waits for all dependencies', () => {
    expect(
      moves(diamond, { a: 'completed', b: 'completed', c: 'running' }, { underWay: () => true }),
    ).toEqual([])
    expect(moves(diamond, { a: 'completed', b: 'completed', c: 'completed' })).toEqual(['start d'])
  })

  it('succeeds when every step is over', () => {
    const states = { a: 'completed', b: 'skipped', c: 'completed', d: 'completed' } as const
    expect(moves(diamond, states)).toEqual(['succeed'])
  })

  it('begins no more steps at a time than it may', () => {
    const wide = plan([step('a'), step('b'), step('c')], 'parallel', { maxParallel: 2 })
    expect(moves(wide)).toEqual(['start a', 'start b'])
    expect(moves(wide, { a: 'running', b: 'retrying' }, { underWay: () => true })).toEqual([])
  })

  it('pauses only the branch that is held', () => {
    expect(moves(diamond, { a: 'completed', b: 'held' })).toEqual(['start c'])
  })

  it('goes on by itself with a step that was approved', () => {
    expect(
      moves(diamond, { a: 'completed', b: 'held', c: 'completed' }, { approval: () => 'approved' }),
    ).toEqual(['go b'])
  })

  it('calls again what was under way when the process ended, and what failed once its wait is over', () => {
    expect(moves(diamond, { a: 'running' })).toEqual(['call a'])
    expect(moves(diamond, { a: { state: 'retrying', nextAt: 1001 } })).toEqual([])
    expect(moves(diamond, { a: { state: 'retrying', nextAt: 1000 } })).toEqual(['call a'])
  })

  it('lets approved steps go only as far as it may run steps at one time', () => {
    const wide = plan([step('a'), step('b'), step('c')], 'parallel', { maxParallel: 2 })
    const approval = () => 'approved' as const
    expect(moves(wide, { a: 'held', b: 'held', c: 'held' }, { approval })).toEqual(['go a', 'go b'])
    const busy = { a: 'running', b: 'running', c: 'held' } as const
    expect(moves(wide, busy, { approval, underWay: () => true })).toEqual([])
  })

  it('does nothing while the plan as a whole is held', () => {
    expect(moves(diamond, {}, { plan: 'held' })).toEqual([])
  })

  it('gives everything up when the plan as a whole is denied', () => {
    expect(moves(plan([step('a'), step('b')]), {}, { plan: 'denied' })).toEqual(['cancel a', 'cancel b'])
    expect(moves(plan([step('a')]), { a: 'cancelled' }, { plan: 'denied' })).toEqual(['fail'])
  })

  it('takes note of a human task that a person reported as done', () => {
    expect(moves(plan([step('a')]), { a: 'person' })).toEqual([])
    expect(moves(plan([step('a')]), { a: 'person' }, { reported: () => true })).toEqual(['finish a'])
  })
})

describe('the other modes', () => {
  it('sequential keeps the order of the plan whatever depends on what', () => {
    const three = plan([step('a'), step('b'), step('c')], 'sequential')
    expect(moves(three)).toEqual(['start a'])
    expect(moves(three, { a: 'completed' })).toEqual(['start b'])
  })

  it('balanced runs connectors at one time and language model steps in their order', () => {
    const llm = { type: 'llm-call' } as const
    const four = plan([step('a', [], llm), step('b'), step('c', [], llm), step('d')], 'balanced')
    expect(moves(four)).toEqual(['start a', 'start b', 'start d'])
    expect(moves(four, { a: 'completed', b: 'completed', d: 'completed' })).toEqual(['start c'])
  })

  it('run a step after all it depends on, in whatever order the plan lists them', () => {
    const llm = { type: 'llm-call' } as const
    const turned = [step('c', ['b'], llm), step('a', [], llm), step('b', ['a'], llm)]
    for (const mode of ['sequential', 'balanced', 'confirm', 'step'] as const) {
      const resumes = mode === 'step' ? 1 : 0
      expect(moves(plan(turned, mode), {}, { resumes }), mode).toEqual(['start a'])
      expect(moves(plan(turned, mode), { a: 'completed' }), mode).toEqual(['start b'])
      expect(moves(plan(turned, mode), { a: 'completed', b: 'completed' }), mode).toEqual(['start c'])
    }
  })

  it('confirm asks a person before every step, and runs one a resume', () => {
    const two = plan([step('a'), step('b')], 'confirm')
    expect(nextMoves(two, runs(two), around())).toMatchObject([{ do: 'start', confirm: true }])
    expect(moves(two, { a: 'held' }, { approval: () => 'approved' })).toEqual([])
    expect(moves(two, { a: 'held' }, { approval: () => 'approved', resumes: 1 })).toEqual(['go a'])
    expect(nextMoves(two, runs(two, { a: 'completed' }), around())).toMatchObject([
      { do: 'start', confirm: true },
    ])
  })

  it('step runs its first step at the first resume, and asks before every other', () => {
    const two = plan([step('a'), step('b')], 'step')
    expect(moves(two)).toEqual([])
    expect(nextMoves(two, runs(two), around({ resumes: 1 }))).toMatchObject([{ do: 'start', confirm: false }])
    expect(nextMoves(two, runs(two, { a: 'completed' }), around())).toMatchObject([
      { do: 'start', confirm: true },
    ])
  })
})

describe('conditions', () => {
  const fork = plan([
    step('if', [], { type: 'conditional', ifTrue: ['yes'], ifFalse: ['no'] }),
    step('yes', ['if']),
    step('no', ['if']),
    step('after-no', ['no']),
    step('end', ['yes', 'after-no']),
  ])

  it('leave out the branch that was not chosen', () => {
    expect(moves(fork, { if: { state: 'completed', held: true } })).toEqual(['start yes', 'skip no'])
    expect(moves(fork, { if: { state: 'completed', held: false } })).toEqual(['skip yes', 'start no'])
  })

  it('leave out a step of a branch that waits for them only through others', () => {
    const far = plan([
      step('if', [], { type: 'conditional', ifTrue: ['yes'] }),
      step('between', ['if']),
      step('yes', ['between']),
    ])
    const states = { if: { state: 'completed', held: false }, between: 'completed' } as const
    expect(moves(far, states)).toEqual(['skip yes'])
    expect(moves(far, { ...states, if: { state: 'completed', held: true } })).toEqual(['start yes'])
  })

  it('leave out what depends only on steps that were left out, and run what depends on one that ran', () => {
    const states = { if: { state: 'completed', held: true }, yes: 'completed', no: 'skipped' } as const
    expect(moves(fork, states)).toEqual(['skip after-no'])
    expect(moves(fork, { ...states, 'after-no': 'skipped' })).toEqual(['start end'])
  })
})

describe('a plan of which a step failed', () => {
  const undo = { compensation: { connector: 'c', operation: 'undo' } }
  const chain = plan([step('a', [], undo), step('b', [], undo), step('c', ['a', 'b']), step('d')])

  it('begins nothing more and gives up what waits', () => {
    expect(moves(chain, { a: 'completed', b: 'held', c: 'failed' })).toEqual(['cancel b', 'cancel d'])
  })

  it('waits for the calls that are under way, and makes those again that a process left behind', () => {
    const states = { a: 'completed', b: 'running', c: 'failed', d: 'cancelled' } as const
    expect(moves(chain, states, { underWay: () => true })).toEqual([])
    expect(moves(chain, states)).toEqual(['call b'])
  })

  it('undoes what was done, last first, one at a time, and fails then', () => {
    const done = (endedAt: number, more: Partial<StepRun> = {}) =>
      ({ state: 'completed', endedAt, ...more }) as const
    const states = { a: done(5), b: done(7), c: 'blocked', d: done(9) } as const
    expect(moves(chain, states)).toEqual(['undo b'])
    expect(moves(chain, { ...states, b: done(7, { compensation: 'completed' }) })).toEqual(['undo a'])
    const both = {
      a: done(5, { compensation: 'failed' }),
      b: done(7, { compensation: 'completed' }),
    }
    expect(moves(chain, { ...states, ...both })).toEqual(['fail'])
  })

  it('undoes in the opposite order of what was recorded, whatever the clock said', () => {
    const done = (endedAt: number, outputSeq: number) => ({ state: 'completed', endedAt, outputSeq }) as const
    expect(moves(chain, { a: done(7, 21), b: done(7, 20), c: 'failed', d: 'skipped' })).toEqual(['undo a'])
    expect(moves(chain, { a: done(5, 21), b: done(9, 20), c: 'failed', d: 'skipped' })).toEqual(['undo a'])
  })

  it('says of which step it failed first, and what could not be undone', () => {
    const states = {
      a: { state: 'completed', compensation: 'failed', error: 'the shop is closed' },
      b: { state: 'rejected', endedAt: 9, error: 'its approval was rejected' },
      c: { state: 'failed', endedAt: 8, error: 'answered 400' },
      d: 'cancelled',
    } as const
    expect(nextMoves(chain, runs(chain, states), around())).toMatchObject([
      { do: 'fail', why: 'Step c failed: answered 400. Not undone: step a (the shop is closed)' },
    ])
  })

  it('goes on coming to its end when the clock was put back', () => {
    const late = { ...chain, deadlineAt: 1000 }
    const states = { a: 'completed', b: 'cancelled', c: 'cancelled', d: 'cancelled' } as const
    expect(moves(late, states, { now: 1000 })).toEqual(['undo a'])
    expect(moves(late, states, { now: 900 })).toEqual(['undo a'])
    const undone = { ...states, a: { state: 'completed', compensation: 'completed' } } as const
    expect(moves(late, undone, { now: 900 })).toEqual(['fail'])
  })

  it('denies a step whose gate says block since it was asked again', () => {
    expect(moves(chain, { a: 'held' }, { approval: () => 'blocked' })).toEqual(['deny a'])
    expect(moves(chain, { a: 'person' }, { approval: () => 'blocked' })).toEqual(['deny a'])
    expect(moves(chain, { a: 'person' }, { approval: () => 'approved' })).toEqual(['start b', 'start d'])
  })

  it('fails of a rejected or expired approval', () => {
    expect(moves(chain, { a: 'held' }, { approval: () => 'rejected' })).toEqual(['deny a'])
    expect(moves(chain, { a: 'held' }, { approval: () => 'expired' })).toEqual(['deny a'])
  })

  it('fails of taking too long, giving up what is under way, except what would have to be undone', () => {
    const late = { ...chain, deadlineAt: 1000 }
    const states = { a: 'completed', b: 'running', d: 'running' } as const
    expect(moves(late, states, { underWay: () => true })).toEqual(['cancel c', 'cancel d'])
    const given = { ...states, c: 'cancelled', d: 'cancelled' } as const
    expect(moves(late, given, { underWay: () => true })).toEqual([])
    // The process died meanwhile.
    expect(moves(late, given)).toEqual(['call b'])
    const done = { a: { state: 'completed', outputSeq: 1 }, b: { state: 'completed', outputSeq: 2 } } as const
    expect(moves(late, { ...given, ...done })).toEqual(['undo b'])
  })
})

describe('the next look', () => {
  it('is at the earliest retry or at the deadline', () => {
    const one = plan([step('a'), step('b')], 'auto', { deadlineAt: 9000 })
    expect(nextLook(one, runs(one), 1000)).toBe(9000)
    expect(nextLook(one, runs(one, { a: { state: 'retrying', nextAt: 4000 } }), 1000)).toBe(4000)
    expect(nextLook(plan([step('a')]), runs(plan([step('a')])), 1000)).toBeUndefined()
  })
  it('is never at a time that is over: a plan that comes to its end after its deadline is not looked at again and again', () => {
    const late = plan([step('a'), step('b')], 'auto', { deadlineAt: 9000 })
    const states = { a: { state: 'completed', compensation: 'running' }, b: 'cancelled' } as const
    expect(nextLook(late, runs(late, states), 9000)).toBeUndefined()
    expect(nextLook(late, runs(late, { b: { state: 'retrying', nextAt: 9500 } }), 9100)).toBe(9500)
  })
})

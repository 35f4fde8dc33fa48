import { expect, it } from 'vitest'
import { openModeRefusal } from '#sidecar/open-mode.js'

it.each(['127.0.0.1', '127.8.8.8', '::1', 'localhost', '::ffff:127.0.0.1'])(
  'without authentication %s may be listened on',
  (host) => {
    expect(openModeRefusal({ host, insecure_bind: 'no' })).toBeUndefined()
  },
)

it.each(['0.0.0.0', '::', '10.0.0.7', 'gate.example', 'localhost.example'])(
  'without authentication %s is refused, with what to do instead, unless the risk is accepted',
  (host) => {
    expect(openModeRefusal({ host, insecure_bind: 'no' })).toContain('STEPGATE_INSECURE_BIND=yes-i-know')
    expect(openModeRefusal({ host, insecure_bind: 'yes-i-know' })).toBeUndefined()
  },
)

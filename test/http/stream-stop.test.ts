import { afterAll, expect, it } from 'vitest'
import { blockTool, endAll, folderWith, serve } from '../sidecar/process.js'
import { openStream } from './stream-client.js'

afterAll(endAll)

it('a sidecar that is stopped ends its streams and does not wait for the runs they follow', async () => {
  const policies = folderWith({ 'rm.yaml': blockTool('no-rm', 'rm') })
  const gate = await serve(['--policies', policies])
  const { body } = await gate.post('/api/v1/workflows', { workflow_name: 'w' })
  const streams = await Promise.all(
    Array.from({ length: 5 }, () =>
      openStream(gate.url, `/api/v1/unified/executions/${body.workflow_id}/stream`),
    ),
  )
  await Promise.all(streams.map((stream) => stream.until(1)))
  expect(await gate.stop()).toBe(0)
  await Promise.all(streams.map((stream) => stream.ended))
  for (const stream of streams) expect(stream.text().endsWith('\n\n')).toBe(true)
  expect(gate.log().map(({ msg }) => msg)).not.toContain('connections cut off')
})

/** An MCP server on standard streams, good and bad by the tool that is called. */
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { z } from 'zod'

if (process.argv.includes('--mute')) process.stdin.resume()
else if (process.argv.includes('--die')) process.exit(3)
else await serve()

async function serve() {
  let calls = 0
  const server = new McpServer({ name: 'files', version: '1' })
  const text = (value) => ({
    content: [{ type: 'text', text: typeof value === 'string' ? value : JSON.stringify(value) }],
  })
  const tool = (name, inputSchema, run) => server.registerTool(name, { inputSchema }, run)

  tool('read_file', { path: z.string() }, ({ path }, { _meta }) =>
    text({ path, key: _meta?.['stepgate.dev/idempotency-key'] }),
  )
  tool('structured', {}, () => ({ ...text('one'), structuredContent: { rows: [1, 2] } }))
  tool('about', {}, () => text({ pid: process.pid, calls: ++calls, environment: process.env }))
  tool('refuse', {}, () => ({
    ...text(`no such file, and the key is ${process.env.API_KEY}`),
    isError: true,
  }))
  tool(
    'never',
    {},
    (_, { signal }) =>
      new Promise((resolve) => signal.addEventListener('abort', () => resolve(text('late')))),
  )
  tool('die', {}, () => process.exit(1))
  tool('big', {}, () => text('x'.repeat(10_000_000)))
  tool('complain', {}, () => {
    process.stderr.write(`using ${process.env.API_KEY}\n${'y'.repeat(5_000)}\n`)
    for (let line = 0; line < 1_000; line++) process.stderr.write(`line ${line}\n`)
    process.stdout.write('this is not JSON-RPC\n')
    return text('done')
  })
  tool('unlisted', {}, () => text('reached'))
  await server.connect(new StdioServerTransport())
}

/** A run's stream as server-sent events. @module */
import type { ExecutionStream, StreamFrame } from '../../control/executions/subscriber.js'
import { executionText } from '../wire/execution.js'

export const streamHeaders = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-cache',
  // Proxies that buffer would hold back what is meant for now.
  'X-Accel-Buffering': 'no',
} as const

/**
 * Bytes as the reader takes them: nothing is asked of the run's stream before what came before has gone out. Frames end with a
 * blank line of plain line feeds and hold their JSON on one line, as the SDKs split them.
 */
export function eventStream(stream: ExecutionStream): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let gone = false
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const frame = await stream.next()
        if (gone) return
        if (frame === undefined) controller.close()
        else controller.enqueue(encoder.encode(frame === 'keepalive' ? ':keepalive\n\n' : frameText(frame)))
      },
      cancel() {
        gone = true
        stream.close()
      },
    },
    { highWaterMark: 0 },
  )
}

/** Changes that this frame tells together with its own stand in a comment, which no reader of events sees. */
function frameText({ name, execution, coalesced }: StreamFrame): string {
  const comment = coalesced === 0 ? '' : `: coalesced: ${coalesced}\n`
  return `${comment}id: ${execution.seq}\nevent: ${name}\ndata: ${executionText(execution)}\n`
}

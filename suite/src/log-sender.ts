import { setTimeout as sleep } from 'node:timers/promises'

/** Takes the log lines of services to the trace viewer, which shows those that belong to a trace. */
export interface LogSender {
  /** Never waits: a line for which there is no room is lost, and counted. */
  take(line: string): void
  /** Lines that were lost so far. */
  lost(): number
  /** Forgets what is left. Later lines are ignored. */
  close(): void
}

export interface LogSenderOptions {
  /** Milliseconds that lines are gathered before they are sent. */
  gatherMs?: number
  /** Milliseconds until a viewer that does not listen yet is tried again. */
  retryMs?: number
  /** Milliseconds that the viewer may take for an answer. */
  answerMs?: number
  /** Bytes of lines that may wait. */
  maxBytes?: number
}

/** Bytes of a request; the viewer takes twice as much. */
const BATCH_BYTES = 512 * 1024

/** The viewer throws away what is longer. */
const LONGEST_LINE = 8 * 1024

export function createLogSender(origin: string, options: LogSenderOptions = {}): LogSender {
  const { gatherMs = 200, retryMs = 500, answerMs = 2_000, maxBytes = 4 * 1024 * 1024 } = options
  const closed = new AbortController()
  let waiting: string[] = []
  let bytes = 0
  let lost = 0
  let sending = false

  function take(line: string): void {
    if (closed.signal.aborted || !line.includes('"trace_id":"') || line.length > LONGEST_LINE) return
    const size = sizeOf(line)
    if (bytes + size > maxBytes) return void (lost += 1)
    waiting.push(line)
    bytes += size
    if (!sending) void sendAll()
  }

  async function sendAll(): Promise<void> {
    sending = true
    let restMs = gatherMs
    try {
      while (waiting.length > 0) {
        await sleep(restMs, undefined, { signal: closed.signal, ref: false })
        const batch = firstOf(waiting)
        const outcome = await post(origin, batch, AbortSignal.any([closed.signal, AbortSignal.timeout(answerMs)]))
        restMs = outcome === 'again' ? retryMs : gatherMs
        if (outcome === 'again') continue
        if (outcome === 'lost') lost += batch.length
        waiting = waiting.slice(batch.length)
        bytes -= batch.reduce((sum, line) => sum + sizeOf(line), 0)
      }
    } catch {
      // Closed while it waited.
    }
    sending = false
  }

  return {
    take,
    lost: () => lost,
    close() {
      closed.abort()
      waiting = []
    }
  }
}

function firstOf(lines: readonly string[]): string[] {
  let room = BATCH_BYTES
  const end = lines.findIndex((line) => (room -= sizeOf(line)) < 0)
  return end === -1 ? [...lines] : lines.slice(0, end)
}

function sizeOf(line: string): number {
  return Buffer.byteLength(line) + 1
}

/** What one request came to. Only what was surely not taken is sent again: nobody wants to read a line twice. */
async function post(
  origin: string,
  lines: readonly string[],
  signal: AbortSignal
): Promise<'taken' | 'lost' | 'again'> {
  try {
    const response = await fetch(`${origin}/api/log-lines`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: lines.join('\n'),
      signal
    })
    await response.arrayBuffer()
    return response.ok ? 'taken' : 'lost'
  } catch (error) {
    return isRefusal(error) ? 'again' : 'lost'
  }
}

/** Nobody listens: the viewer is still starting, or starts again. */
function isRefusal(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED'
}

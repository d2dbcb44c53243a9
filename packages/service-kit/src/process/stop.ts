import type { Tracing } from '@bookinfo/tracing'
import closeWithGrace from 'close-with-grace'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { App } from '../server/server.ts'

export interface StopOptions {
  /** Milliseconds to go on serving while "not ready", so that load balancers can catch up. */
  delayMs: number
  /** Milliseconds that requests in flight get after that. */
  budgetMs: number
  /** Flushed after the last request, so that no span is lost. */
  tracing: Tracing
}

/** Milliseconds for sending the spans that wait. */
const FLUSH_BUDGET_MS = 2_000

/** Milliseconds after delay and budget. They pass only if closing hangs. */
const LAST_RESORT_MS = 4_000

/**
 * Stops the process on SIGTERM, SIGINT, the end of its launcher, or an uncaught error: it is not ready any more, waits a moment,
 * takes no more connections, finishes the requests in flight, and exits. A second signal cuts them and exits at once.
 */
export function stopGracefully(app: App, { delayMs, budgetMs, tracing }: StopOptions): void {
  const connections = rememberConnections(app)
  const { close } = closeWithGrace(
    {
      delay: delayMs + budgetMs + LAST_RESORT_MS,
      logger: { error: (message: unknown) => app.log.error(message) },
      onSecondSignal: (signal) => {
        app.log.warn({ signal }, 'second signal: stopping at once')
        app.server.closeAllConnections()
        process.exit(0)
      }
    },
    async ({ err, signal }) => {
      if (err) app.log.fatal({ err }, 'stopping after an error that nobody caught')
      else app.log.info({ signal }, 'stopping')
      app.lifecycle.stopping = true
      await sleep(delayMs)
      const closed = app.close()
      connections.closeUnused()
      const inTime = await Promise.race([closed.then(() => true), sleep(budgetMs, false, { ref: false })])
      if (!inTime) {
        app.log.warn({ budget_ms: budgetMs }, 'requests still in flight were cut')
        app.server.closeAllConnections()
        await closed
      }
      await connections.closed()
      await tracing.shutdown(FLUSH_BUDGET_MS)
      const { dropped } = tracing.sending()
      app.log.info(dropped > 0 ? { dropped_spans: dropped } : {}, 'stopped')
    }
  )

  // The launcher would have stopped this process. It may have ended before this line.
  if (process.channel) void once(process, 'disconnect').then(close)
  else if ('connected' in process && !process.connected) void close()
}

interface Connections {
  /** Closes open connections without a request. */
  closeUnused(): void
  /** Resolves when the last connection is closed and its requests are recorded, a little after the app is closed. */
  closed(): Promise<void>
}

/**
 * Browsers and proxies open connections for later use. Node counts a connection without a request as busy, and would wait for it.
 */
function rememberConnections(app: App): Connections {
  const open = new Set<Socket>()
  app.server.on('connection', (socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
  return {
    closeUnused() {
      for (const socket of open) if (socket.bytesRead === 0) socket.destroy()
    },
    async closed() {
      await Promise.all([...open].map((socket) => new Promise((resolve) => socket.once('close', resolve))))
    }
  }
}

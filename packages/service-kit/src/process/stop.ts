import type { Tracing } from '@bookinfo/tracing'
import closeWithGrace from 'close-with-grace'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { App } from '../server/server.ts'

export interface StopOptions {
  /** Milliseconds to go on serving while "not ready", so that load balancers can catch up. */
  delayMs: number
  /** Milliseconds that requests in flight are given after that. */
  budgetMs: number
  /** Flushed after the last request, or the spans of what was in flight would be lost. */
  tracing: Tracing
}

/** Milliseconds for spans that wait to be sent, whether the collector is there or not. */
const FLUSH_BUDGET_MS = 2_000

/** Beyond delay and budget; reached only if closing itself hangs. */
const LAST_RESORT_MS = 4_000

/**
 * Stops the process on SIGTERM, SIGINT, a parent that died, or an error that nobody caught: not ready, a moment, no more
 * connections, finish what is in flight, exit. A second signal skips the waiting and cuts what is in flight.
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

  // Started by a launcher that is gone, perhaps since a moment ago, nobody is left to stop this process.
  if (process.channel) void once(process, 'disconnect').then(close)
  else if ('connected' in process && !process.connected) void close()
}

interface Connections {
  /** Closes those that are open and were never used. */
  closeUnused(): void
  /** Resolves when the last of them is closed, and what its requests came to is recorded; an app is closed a little earlier. */
  closed(): Promise<void>
}

/**
 * Browsers and proxies open connections that they may need later. Node counts one on which nothing has come as busy, and
 * would wait for it.
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

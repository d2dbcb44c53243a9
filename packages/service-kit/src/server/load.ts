import type { FastifyInstance } from 'fastify'
import type { IncomingMessage } from 'node:http'
import { connectionOf } from './connections.ts'
import { Overloaded } from './errors.ts'
import { countRounds, createBudget } from './event-loop-rounds.ts'

/** Requests that one connection may have in flight: only pipelining makes more than one, and browsers and proxies do not. */
const MAX_PIPELINED = 16
const MAX_WAIT_MS = 1_000
/** Once a request has waited for as long, later ones are refused at once: they would wait in vain. */
const LONG_WAIT_MS = 500
/** Requests that are refused at once; others wait. 2,000 callers that retry at once left no time for pages or probes. */
const REFUSED_PER_MS = 1
/** Seconds. */
const RETRY_AFTER = 2

interface Waiting {
  sinceMs: number
  serve: () => void
  refuse: () => void
}

/**
 * Serves a number of requests at once. Others wait for their turn for a second at most, and then get 503, so that work cannot pile
 * up. Probes and scrapes are served at once: a restart would not help a busy process.
 */
export function boundLoad(app: FastifyInstance, maxRequestsInFlight: number): void {
  /** The oldest first. */
  const waiting = new Map<IncomingMessage, Waiting>()
  const serving = new Set<IncomingMessage>()
  const round = countRounds(app, proceed)
  const atOnce = createBudget(REFUSED_PER_MS)
  let isWaitLong = false
  let timer: NodeJS.Timeout | undefined

  /** Counts a request among those that are served, if there is room for it. */
  function admit(request: IncomingMessage): boolean {
    if (serving.size >= maxRequestsInFlight || !round.take('served')) return false
    serving.add(request)
    return true
  }

  function proceed(): void {
    const now = performance.now()
    for (const [request, { sinceMs, serve, refuse }] of waiting) {
      if (now - sinceMs >= MAX_WAIT_MS) {
        if (!round.take('refused')) continue
        isWaitLong = true
        waiting.delete(request)
        refuse()
      } else {
        if (!admit(request)) break
        isWaitLong = now - sinceMs >= LONG_WAIT_MS
        waiting.delete(request)
        serve()
      }
    }
    const [oldest] = waiting.values()
    if (oldest) timer ??= setTimeout(awake, Math.max(1, oldest.sinceMs + MAX_WAIT_MS - now))
    else isWaitLong = false
  }

  function awake(): void {
    timer = undefined
    proceed()
  }

  app.addHook('onRequest', ({ raw, route }, reply, done) => {
    const connection = connectionOf(raw)
    connection.requests += 1
    reply.raw.once('close', () => {
      connection.requests -= 1
      waiting.delete(raw)
      if (serving.delete(raw)) proceed()
    })
    const refuse = (): void => {
      void reply.header('retry-after', RETRY_AFTER)
      done(new Overloaded())
    }
    if (connection.requests > MAX_PIPELINED) return refuse()
    if (route.quiet) return done()
    // Most requests need not wait, and are never queued.
    if (waiting.size === 0 && admit(raw)) return done()
    if (waiting.size > 0 && isWaitLong && atOnce.take()) return refuse()
    waiting.set(raw, { sinceMs: performance.now(), serve: done, refuse })
    proceed()
  })
}

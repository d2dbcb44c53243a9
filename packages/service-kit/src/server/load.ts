import type { FastifyInstance } from 'fastify'
import type { IncomingMessage } from 'node:http'
import { connectionOf } from './connections.ts'
import { Overloaded } from './errors.ts'
import { countRounds } from './event-loop-rounds.ts'

/** Requests that one connection may have in flight: only pipelining makes more than one, and browsers and proxies do not. */
const MAX_PIPELINED = 16
/**
 * Milliseconds that a request may wait. If requests were refused at once, callers that retry at once would keep the process
 * busy: 2,000 of them left no time for pages or probes.
 */
const MAX_WAIT_MS = 2_000
/** Seconds. */
const RETRY_AFTER = 2
interface Waiting {
  /** Milliseconds by `performance.now()`. */
  deadline: number
  serve: () => void
  refuse: () => void
}

/**
 * Serves a number of requests at once. Others wait for their turn, and get 503 after two seconds, so that work cannot pile up.
 * Probes and scrapes are served at once: a restart would not help a busy process.
 */
export function boundLoad(app: FastifyInstance, maxRequestsInFlight: number): void {
  /** The oldest first. */
  const waiting = new Map<IncomingMessage, Waiting>()
  const serving = new Set<IncomingMessage>()
  const round = countRounds(app, proceed)
  let timer: NodeJS.Timeout | undefined

  /** Counts a request among those that are served, if there is room for it. */
  function admit(request: IncomingMessage): boolean {
    if (serving.size >= maxRequestsInFlight || !round.take('served')) return false
    serving.add(request)
    return true
  }

  function proceed(): void {
    const now = performance.now()
    for (const [request, { deadline, serve, refuse }] of waiting) {
      if (deadline <= now) {
        if (!round.take('refused')) continue
        waiting.delete(request)
        refuse()
      } else {
        if (!admit(request)) break
        waiting.delete(request)
        serve()
      }
    }
    const [oldest] = waiting.values()
    if (oldest) timer ??= setTimeout(awake, Math.max(1, oldest.deadline - now))
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
    waiting.set(raw, { deadline: performance.now() + MAX_WAIT_MS, serve: done, refuse })
    proceed()
  })
}

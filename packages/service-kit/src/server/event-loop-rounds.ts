import type { FastifyInstance } from 'fastify'

/**
 * Requests that are served, or refused, in one round of the event loop, and requests that are served in a round with a new
 * connection. Node accepts few connections in each round: a probe that came behind 2,000 busy connections was accepted after 30 s.
 */
const MAX_PER_ROUND = 16
const MAX_WITH_NEW_CONNECTION = 1

/**
 * Counts the requests of each kind in a round of the event loop.
 *
 * @param onEnd called at the end of a round with a request or a new connection
 */
export function countRounds({ server }: FastifyInstance, onEnd: () => void) {
  const taken = { served: 0, refused: 0 }
  let limit = MAX_PER_ROUND
  let hasNewConnection = false
  let isScheduled = false

  function schedule(): void {
    if (isScheduled) return
    isScheduled = true
    setImmediate(end)
  }

  function end(): void {
    isScheduled = false
    taken.served = taken.refused = 0
    limit = hasNewConnection ? MAX_WITH_NEW_CONNECTION : MAX_PER_ROUND
    if (hasNewConnection) schedule()
    hasNewConnection = false
    onEnd()
  }

  server.on('connection', () => {
    hasNewConnection = true
    limit = MAX_WITH_NEW_CONNECTION
    schedule()
  })
  return {
    /** Whether the round has room for one more. */
    take(kind: keyof typeof taken): boolean {
      if (taken[kind] >= (kind === 'refused' ? MAX_PER_ROUND : limit)) return false
      taken[kind] += 1
      schedule()
      return true
    }
  }
}

/** As many per millisecond, and up to 100 at a time. */
export function createBudget(perMs: number) {
  let left = 0
  let beforeMs = 0
  return {
    take(): boolean {
      const now = performance.now()
      left = Math.min(100, left + (now - beforeMs) * perMs)
      beforeMs = now
      if (left < 1) return false
      left -= 1
      return true
    }
  }
}

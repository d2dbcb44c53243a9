import type { FastifyInstance } from 'fastify'
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { Overloaded } from './errors.ts'

/** Requests that one connection may have in flight: only pipelining makes more than one, and browsers and proxies do not. */
const MAX_PIPELINED = 16
/**
 * Milliseconds that a request waits for its turn. Callers that ask again at once when they are refused would keep a process
 * busy with refusals: 2,000 of them left none of its time for pages or probes.
 */
const MAX_WAIT_MS = 2_000
/** Seconds. */
const RETRY_AFTER = 2
/**
 * Requests that are served, or refused, in one round of the event loop, and in a round with a new connection. Node accepts one
 * connection in each round: a probe that came behind 2,000 busy connections was accepted after 30 s.
 */
const MAX_PER_ROUND = 16
const MAX_WITH_NEW_CONNECTION = 1

interface Connection {
  requests: number
  last: IncomingMessage | undefined
}

const connections = new WeakMap<Socket, Connection>()

/** Whether the last request of a connection has not come completely. */
export function isReceiving(socket: Socket): boolean {
  return connections.get(socket)?.last?.complete === false
}

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

  function proceed(): void {
    const now = performance.now()
    for (const [request, { deadline, serve, refuse }] of waiting) {
      if (deadline <= now) {
        if (!round.take('refused')) continue
        waiting.delete(request)
        refuse()
      } else {
        if (serving.size >= maxRequestsInFlight || !round.take('served')) break
        waiting.delete(request)
        serving.add(request)
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
    waiting.set(raw, { deadline: performance.now() + MAX_WAIT_MS, serve: done, refuse })
    proceed()
  })
}

/**
 * Counts the requests of each kind in a round of the event loop.
 *
 * @param onEnd called at its end, if it took a request or a connection
 */
function countRounds({ server }: FastifyInstance, onEnd: () => void) {
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
      if (taken[kind] >= limit) return false
      taken[kind] += 1
      schedule()
      return true
    }
  }
}

function connectionOf(request: IncomingMessage): Connection {
  const { socket } = request
  const connection = connections.get(socket) ?? { requests: 0, last: undefined }
  connections.set(socket, connection)
  connection.last = request
  return connection
}

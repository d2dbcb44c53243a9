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

interface Connection {
  requests: number
  last: IncomingMessage | undefined
}

const connections = new WeakMap<Socket, Connection>()

/** Whether the last request of a connection has not come completely. */
export function isReceiving(socket: Socket): boolean {
  return connections.get(socket)?.last?.complete === false
}

/**
 * Serves a number of requests at once. Others wait for their turn, and get 503 after two seconds, so that work cannot pile up.
 * Probes and scrapes are served at once: a restart would not help a busy process.
 */
export function boundLoad(app: FastifyInstance, maxRequestsInFlight: number): void {
  /** Requests that wait, the oldest first, with the function that serves each. */
  const waiting = new Map<IncomingMessage, () => void>()
  const serving = new Set<IncomingMessage>()

  function end(request: IncomingMessage): void {
    waiting.delete(request)
    if (!serving.delete(request)) return
    const [next] = waiting
    if (!next) return
    const [nextRequest, serve] = next
    waiting.delete(nextRequest)
    serving.add(nextRequest)
    serve()
  }

  app.addHook('onRequest', ({ raw, route }, reply, done) => {
    const connection = connectionOf(raw)
    connection.requests += 1
    reply.raw.once('close', () => {
      connection.requests -= 1
      end(raw)
    })
    const refuse = (): void => {
      void reply.header('retry-after', RETRY_AFTER)
      done(new Overloaded())
    }
    if (connection.requests > MAX_PIPELINED) return refuse()
    if (route.quiet) return done()
    if (serving.size < maxRequestsInFlight) {
      serving.add(raw)
      return done()
    }
    const timer = setTimeout(() => {
      if (waiting.delete(raw)) refuse()
    }, MAX_WAIT_MS)
    waiting.set(raw, () => {
      clearTimeout(timer)
      done()
    })
  })
}

function connectionOf(request: IncomingMessage): Connection {
  const { socket } = request
  const connection = connections.get(socket) ?? { requests: 0, last: undefined }
  connections.set(socket, connection)
  connection.last = request
  return connection
}

import type { FastifyInstance } from 'fastify'
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { Overloaded } from './errors.ts'

/** Requests that one connection may have in flight: only pipelining makes more than one, and browsers and proxies do not. */
const MAX_PIPELINED = 16
/** Seconds. */
const RETRY_AFTER = 1

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
 * Refuses requests with 503 beyond a number in flight, so that work cannot pile up. Probes and scrapes are always served: a
 * restart of a busy process helps nobody.
 */
export function boundLoad(app: FastifyInstance, maxRequestsInFlight: number): void {
  let inFlight = 0

  app.addHook('onRequest', ({ raw, route }, reply, done) => {
    const { socket } = raw
    const connection = connections.get(socket) ?? { requests: 0, last: undefined }
    connections.set(socket, connection)
    connection.last = raw
    connection.requests += 1
    inFlight += 1
    reply.raw.once('close', () => {
      connection.requests -= 1
      inFlight -= 1
    })
    if (connection.requests <= MAX_PIPELINED && (inFlight <= maxRequestsInFlight || route.quiet)) return done()
    void reply.header('retry-after', RETRY_AFTER)
    done(new Overloaded())
  })
}

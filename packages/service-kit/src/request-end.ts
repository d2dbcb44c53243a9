import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Socket } from 'node:net'

/** How a request ended: with a status, or with a reason why there was no whole answer. */
export interface RequestEnd {
  /** Undefined if the answer did not go out whole, even if its first bytes said a status. */
  status: number | undefined
  error: BrokenOff | undefined
}

/** Called once for each request, when nothing more goes to its caller. */
export type RequestEndListener = (request: FastifyRequest, reply: FastifyReply, end: RequestEnd) => void

/** No whole answer; the name is the one word for the reason, in spans, metrics and log lines alike. */
class BrokenOff extends Error {
  constructor(name: string, message: string) {
    super(message)
    this.name = name
  }
}

const callerGone = new BrokenOff('caller_gone', 'caller went away')
const cut = new BrokenOff('cut', 'request was cut')
const refused = new BrokenOff('refused', 'request was refused')

const refusedConnections = new WeakSet<Socket>()

/** To be told of a connection that is closed because what came on it is no request; it ends as if its caller had gone. */
export function rememberRefusal(connection: Socket): void {
  refusedConnections.add(connection)
}

/**
 * Tells how each request of an app ended. Fastify's `onResponse` hears of whole answers alone; a response closes exactly once,
 * whether it is finished, its caller goes away, or it waits behind another on a connection that is lost.
 *
 * Must be called after the hooks whose work the listeners need.
 */
export function watchRequests(app: FastifyInstance, listeners: readonly RequestEndListener[]): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.raw.on('close', () => {
      const end = endOf(request, reply)
      for (const listener of listeners) listener(request, reply, end)
    })
    done()
  })
}

function endOf({ raw: { socket } }: FastifyRequest, { raw, statusCode }: FastifyReply): RequestEnd {
  if (raw.writableFinished) return { status: statusCode, error: undefined }
  return { status: undefined, error: reasonFor(socket) }
}

function reasonFor(socket: Socket): BrokenOff {
  if (refusedConnections.has(socket)) return refused
  return closedByCaller(socket) ? callerGone : cut
}

/** Whether the caller has said goodbye or dropped the connection; else this process has broken off what it was answering. */
function closedByCaller(socket: Socket): boolean {
  return socket.readableEnded || socket.errored !== null
}

import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Socket } from 'node:net'

/** How a request ended: with a status, or with the reason why its answer is not complete. */
export interface RequestEnd {
  /** Undefined if the answer was not sent completely, even if its first bytes named a status. */
  status: number | undefined
  error: BrokenOff | undefined
}

/** Called once for each request, when nothing more is sent to its caller. */
export type RequestEndListener = (request: FastifyRequest, reply: FastifyReply, end: RequestEnd) => void

/** The answer is not complete. The name is the reason in one word, the same in spans, metrics and log lines. */
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

/** Marks a connection that is closed because the bytes on it are no request. */
export function rememberRefusal(connection: Socket): void {
  refusedConnections.add(connection)
}

export function endOf({ raw: { socket } }: FastifyRequest, { raw, statusCode }: FastifyReply): RequestEnd {
  if (raw.writableFinished) return { status: statusCode, error: undefined }
  return { status: undefined, error: reasonFor(socket) }
}

function reasonFor(socket: Socket): BrokenOff {
  if (refusedConnections.has(socket)) return refused
  return closedByCaller(socket) ? callerGone : cut
}

/** Whether the caller ended or dropped the connection. Otherwise this process broke off its answer. */
function closedByCaller(socket: Socket): boolean {
  return socket.readableEnded || socket.errored !== null
}

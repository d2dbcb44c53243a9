import { forwardTracing, type CallListener, type RequestTrace, type Tracing } from '@bookinfo/tracing'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Socket } from 'node:net'
import { idsOf } from '../telemetry/log.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** For probes and scrapers, which ask all day: logged at debug, without spans. */
    quiet?: boolean
    /** The route as spans, metrics and logs name it; never the path itself. Undefined if no route took the request. */
    pattern?: string
  }
  interface FastifyRequest {
    /** The route that took the request. */
    route: FastifyContextConfig
    /** The request's place in a trace, and the headers for the calls that it makes. */
    trace: RequestTrace
  }
}

/** How a request ended: with a status, or with the reason why its answer is not complete. */
export interface RequestEnd {
  /** Undefined if the answer was not sent completely, even if its first bytes named a status. */
  status: number | undefined
  error: BrokenOff | undefined
}

/** Called once for each request, when nothing more is sent to its caller. */
export type RequestEndListener = (request: FastifyRequest, reply: FastifyReply, end: RequestEnd) => void

export interface LifecycleListeners {
  onCallEnd: (request: FastifyRequest) => CallListener
  onEnd: readonly RequestEndListener[]
}

/**
 * Follows each request of an app from its start to its end: names its route, starts its trace, and tells the listeners how it
 * ended. Must be called before any route is added.
 */
export function followRequests(app: FastifyInstance, tracing: Tracing, { onCallEnd, onEnd }: LifecycleListeners): void {
  app.decorateRequest('route')
  app.decorateRequest('trace')

  app.addHook('onRoute', (route) => {
    // Some routes take an id from the end of a wildcard, as the original did; readers see an id.
    route.config = { ...route.config, pattern: route.url.replace('*', ':id') }
  })

  app.addHook('onRequest', (request, reply, done) => {
    const { method, raw } = request
    const route = (request.route = request.routeOptions.config)
    const { headers, rawHeaders } = raw
    const start = { method, route: route.pattern, headers, rawHeaders, onCallEnd: onCallEnd(request) }
    const trace = (request.trace = (route.quiet ? forwardTracing : tracing).startRequest(start))
    request.log = reply.log = app.log.child(idsOf(request))
    if (trace.traceresponse !== undefined) void reply.header('traceresponse', trace.traceresponse)

    // Fastify's `onResponse` reports complete answers only. A response closes exactly once: when it is finished, when its
    // caller goes away, or when it waits behind another on a connection that is lost.
    reply.raw.on('close', () => {
      const end = endOf(request, reply)
      trace.end(end.status, end.error)
      for (const listener of onEnd) listener(request, reply, end)
    })
    done()
  })
}

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

function endOf({ raw: { socket } }: FastifyRequest, { raw, statusCode }: FastifyReply): RequestEnd {
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

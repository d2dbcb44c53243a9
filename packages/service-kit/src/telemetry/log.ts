import { LogController, type FastifyRequest, type FastifyServerOptions } from 'fastify'
import { randomUUID } from 'node:crypto'
import type { RequestEndListener } from '../server/request-end.ts'
import { stdout } from './log-output.ts'

/** The name of the header, and of the field in log lines. */
const REQUEST_ID = 'x-request-id'

export interface LogOptions {
  level: string
  /** A place for the lines in tests; stdout if absent. */
  stream?: { write(line: string): void } | undefined
}

/**
 * Options of a Fastify app that writes JSON lines on stdout. Bodies, cookies and credentials are never logged: a request is
 * described by its method, route and status alone.
 */
export function logging(service: string, version: string, { level, stream }: LogOptions): FastifyServerOptions {
  return {
    logger: {
      level,
      base: { service, version },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label: string) => ({ level: label }) },
      stream: stream ?? stdout
    },
    logController: new NoRequestLines(),
    requestIdHeader: REQUEST_ID,
    genReqId: () => randomUUID(),
    // Each request gets its logger in `followRequests`, when its ids are known.
    childLoggerFactory: (logger) => logger
  }
}

/** Fastify does not hear of every end of a request: `logRequest` writes its line when its response closes. */
class NoRequestLines extends LogController {
  override incomingRequest(): void {}

  override routeNotFound(): void {}

  override requestCompleted(error: Error | null | undefined, request: FastifyRequest): void {
    if (error) request.log.error({ err: error }, 'request errored')
  }
}

/** Joins the log lines of a request with its trace and with each other. */
export function idsOf({ id, trace }: FastifyRequest): object {
  return { [REQUEST_ID]: id, ...trace.logIds }
}

/**
 * Writes one line for each request, with its status, or with the reason why its answer is not complete. That is no error of
 * this service, so it has the same level.
 */
export const logRequest: RequestEndListener = (request, reply, { status, error }) => {
  const line = {
    method: request.method,
    route: request.route.pattern,
    status,
    error: error?.name,
    duration_ms: Math.round(reply.elapsedTime * 10) / 10,
    ...request.calls
  }
  request.log[request.route.quiet ? 'debug' : 'info'](line, error?.message ?? 'request completed')
}

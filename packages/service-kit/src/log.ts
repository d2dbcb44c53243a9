import { forwardTracing, logIds, type Tracing } from '@bookinfo/tracing'
import { LogController, type FastifyReply, type FastifyRequest, type FastifyServerOptions } from 'fastify'
import { randomUUID } from 'node:crypto'
import { stdout } from './log-output.ts'
import { routeOf } from './route.ts'

export interface LogOptions {
  level: string
  /** Where the lines go, for tests; stdout if absent. */
  stream?: { write(line: string): void } | undefined
}

/**
 * JSON lines on stdout, one for each completed request, every one with the caller's trace id and request id. Bodies,
 * cookies and credentials are never logged: requests are described by method, route and status alone.
 */
export function logging(
  service: string,
  version: string,
  { level, stream }: LogOptions,
  tracing: Tracing
): FastifyServerOptions {
  // With spans of its own, a request's ids are those of its span, which is not there yet.
  const callerIds = tracing === forwardTracing ? logIds : () => ({})
  return {
    logger: {
      level,
      base: { service, version },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label: string) => ({ level: label }) },
      stream: stream ?? stdout()
    },
    logController: new RequestLog(),
    requestIdHeader: 'x-request-id',
    genReqId: () => randomUUID(),
    childLoggerFactory: (logger, bindings, options, raw) =>
      logger.child({ ...bindings, ...callerIds(raw.headers) }, options)
  }
}

// Whoever read the log is gone, which is no reason to fail. (The logger's own stream would wait for that reader at exit.)
process.stdout.on('error', () => {})

declare module 'fastify' {
  interface FastifyContextConfig {
    /** For what probes and scrapers ask all day: logged at debug. */
    quiet?: boolean
  }
}

class RequestLog extends LogController {
  constructor() {
    super({ requestIdLogLabel: 'x-request-id' })
  }

  override incomingRequest(): void {}

  override routeNotFound(): void {}

  override requestCompleted(error: Error | null | undefined, request: FastifyRequest, reply: FastifyReply): void {
    const line = {
      method: request.method,
      route: routeOf(request),
      status: reply.statusCode,
      duration_ms: Math.round(reply.elapsedTime * 10) / 10,
      ...request.calls
    }
    if (error) reply.log.error({ ...line, err: error }, 'request errored')
    else if (request.routeOptions.config.quiet) reply.log.debug(line, 'request completed')
    else reply.log.info(line, 'request completed')
  }
}

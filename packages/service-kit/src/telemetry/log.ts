import { logIds } from '@bookinfo/tracing'
import { LogController, type FastifyRequest, type FastifyServerOptions } from 'fastify'
import { randomUUID } from 'node:crypto'
import { isoTime, stdout } from './log-output.ts'
import { RequestLogger } from './request-logger.ts'

/** Of the header, and of the log's field. */
const REQUEST_ID = 'x-request-id'

export interface LogOptions {
  level: string
  /** Where the lines go, for tests; stdout if absent. */
  stream?: { write(line: string): void } | undefined
}

/**
 * JSON lines on stdout, those of a request with the caller's trace id and request id. Bodies, cookies and credentials are
 * never logged: requests are described by method, route and status alone.
 */
export function logging(service: string, version: string, { level, stream }: LogOptions): FastifyServerOptions {
  return {
    logger: {
      level,
      base: { service, version },
      timestamp: () => `,"time":"${isoTime(Date.now())}"`,
      formatters: { level: (label: string) => ({ level: label }) },
      stream: stream ?? stdout
    },
    logController: new NoRequestLines({ requestIdLogLabel: REQUEST_ID }),
    requestIdHeader: REQUEST_ID,
    genReqId: () => randomUUID(),
    childLoggerFactory: (logger, bindings, _options, raw) =>
      new RequestLogger(logger, () => ({ ...bindings, ...logIds(raw.headers) }))
  }
}

/** The line of a request is written when its response closes, which Fastify does not hear of in every case. */
class NoRequestLines extends LogController {
  override incomingRequest(): void {}

  override routeNotFound(): void {}

  override requestCompleted(error: Error | null | undefined, request: FastifyRequest): void {
    if (error) request.log.error({ err: error }, 'request errored')
  }
}

/** What joins the log lines of a request with its trace and with each other. */
export function idsOf({ id, trace }: FastifyRequest): object {
  return { [REQUEST_ID]: id, ...trace.logIds }
}

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
      timestamp: () => `,"time":"${isoTime(Date.now())}"`,
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

/** Levels at which the lines of requests are written. */
const LEVELS_WITH_REQUESTS = ['trace', 'debug', 'info']

/**
 * Writes one line for each request, with its status, or with the reason why its answer is not complete. That is no error of
 * this service, so it has the same level. JSON.stringify writes it: the logger looks at each field for things that this line
 * never has, which cost 10 % of the CPU time of details.
 */
export function createRequestLog(service: string, version: string, { level, stream }: LogOptions): RequestEndListener {
  const output = LEVELS_WITH_REQUESTS.includes(level) ? (stream ?? stdout) : undefined
  return (request, reply, { status, error }) => {
    const line = {
      method: request.method,
      route: request.route.pattern,
      status,
      error: error?.name,
      duration_ms: Math.round(reply.elapsedTime * 10) / 10,
      ...request.calls
    }
    const msg = error?.message ?? 'request completed'
    if (request.route.quiet) return request.log.debug(line, msg)
    if (!output) return
    const start = { level: 'info', time: isoTime(Date.now()), service, version }
    output.write(`${JSON.stringify({ ...start, ...idsOf(request), ...line, msg })}\n`)
  }
}

let second = 0
let untilSecond = ''

/** A time as ISO 8601 writes it. From one log line to the next only the milliseconds differ, and `toISOString` took 2 %. */
function isoTime(msSince1970: number): string {
  const ms = msSince1970 % 1000
  if (msSince1970 - ms !== second) {
    second = msSince1970 - ms
    untilSecond = new Date(second).toISOString().slice(0, -4)
  }
  return `${untilSecond}${String(ms).padStart(3, '0')}Z`
}

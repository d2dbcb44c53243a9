import { logIds } from '@bookinfo/tracing'
import { LogController, type FastifyReply, type FastifyRequest, type FastifyServerOptions } from 'fastify'
import { randomUUID } from 'node:crypto'
import { isoTime } from './iso-time.ts'
import { stdout, type LogOutput } from './log-output.ts'
import { RequestLogger } from './request-logger.ts'

/** Of the header, and of the log's field. */
const REQUEST_ID = 'x-request-id'

export interface LogOptions {
  level: string
  /** Where the lines go, for tests; stdout if absent. */
  stream?: { write(line: string): void } | undefined
}

/**
 * JSON lines on stdout, one for each completed request, every one with the caller's trace id and request id. Bodies,
 * cookies and credentials are never logged: requests are described by method, route and status alone.
 */
export function logging(service: string, version: string, { level, stream }: LogOptions): FastifyServerOptions {
  const output = stream ?? stdout()
  const base = { service, version }
  return {
    logger: {
      level,
      base,
      timestamp: () => `,"time":"${isoTime(Date.now())}"`,
      formatters: { level: (label: string) => ({ level: label }) },
      stream: output
    },
    logController: new RequestLog({ level, base, output }),
    requestIdHeader: REQUEST_ID,
    genReqId: () => randomUUID(),
    childLoggerFactory: (logger, bindings, _options, raw) =>
      new RequestLogger(logger, () => ({ ...bindings, ...logIds(raw.headers) }))
  }
}

// Whoever read the log is gone, which is no reason to fail. (The logger's own stream would wait for that reader at exit.)
process.stdout.on('error', () => {})

interface RequestLogOptions {
  level: string
  /** In every line. */
  base: object
  output: LogOutput
}

class RequestLog extends LogController {
  readonly #base: object
  readonly #output: LogOutput | undefined

  constructor({ level, base, output }: RequestLogOptions) {
    super({ requestIdLogLabel: REQUEST_ID })
    this.#base = base
    if (['trace', 'debug', 'info'].includes(level)) this.#output = output
  }

  override incomingRequest(): void {}

  override routeNotFound(): void {}

  override requestCompleted(error: Error | null | undefined, request: FastifyRequest, reply: FastifyReply): void {
    const { log } = request.server
    const line = {
      ...idsOf(request),
      method: request.method,
      route: request.route.pattern,
      status: reply.statusCode,
      duration_ms: Math.round(reply.elapsedTime * 10) / 10,
      ...request.calls
    }
    // With the ids in the line, by the app's logger: most requests need none of their own.
    if (error) log.error({ ...line, err: error }, 'request errored')
    else if (request.route.quiet) log.debug(line, 'request completed')
    else this.#writeInfo(line)
  }

  /** What the logger would write, in half the time: it looks at each field, for things that are never in this line. */
  #writeInfo(line: object): void {
    if (!this.#output) return
    const time = isoTime(Date.now())
    this.#output.write(`${JSON.stringify({ level: 'info', time, ...this.#base, ...line, msg: 'request completed' })}\n`)
  }
}

/** What joins the log lines of a request with its trace and with each other. */
export function idsOf({ id, trace }: FastifyRequest): object {
  return { [REQUEST_ID]: id, ...trace.logIds }
}

import { idsOf, type LogOptions } from './log.ts'
import { isoTime, stdout } from './log-output.ts'
import type { RequestEndListener } from '../server/request-lifecycle.ts'

/** Levels that the line of a request is not below. */
const LEVELS = ['trace', 'debug', 'info']

/**
 * Writes one line for each request: with its status, or with the reason why there was no whole answer, which is no error of
 * this service and at the same level.
 */
export function createAccessLog(service: string, version: string, { level, stream }: LogOptions): RequestEndListener {
  const output = LEVELS.includes(level) ? (stream ?? stdout) : undefined

  return (request, reply, { status, error }) => {
    const line = {
      ...idsOf(request),
      method: request.method,
      route: request.route.pattern,
      status,
      error: error?.name,
      duration_ms: Math.round(reply.elapsedTime * 10) / 10,
      ...request.calls
    }
    const msg = error?.message ?? 'request completed'
    // With the ids in the line, by the app's logger: most requests need none of their own.
    if (request.route.quiet) return request.server.log.debug(line, msg)
    if (!output) return
    // What the logger would write, in half the time: it looks at each field, for things that are never in this line.
    const time = isoTime(Date.now())
    output.write(`${JSON.stringify({ level: 'info', time, service, version, ...line, msg })}\n`)
  }
}

import type { FastifyServerOptions } from 'fastify'
import type { ServerSettings } from '../process/settings.ts'
import { readTarget } from './protocol.ts'

/** Bytes of a request body, unless a route says otherwise. */
const BODY_LIMIT = 16 * 1024
/** Milliseconds in which a request must arrive completely. */
const REQUEST_TIMEOUT_MS = 30_000
/** Milliseconds without a byte on a connection, for a caller that does not read its answer. No answer takes as long. */
const STALL_TIMEOUT_MS = 60_000

/** Fastify's options for connections: limits, closing, and requests that Node would refuse itself. */
export function connectionOptions({ MAX_HEADER_KIB, KEEP_ALIVE_TIMEOUT_MS }: ServerSettings) {
  return {
    http: {
      maxHeaderSize: MAX_HEADER_KIB * 1024,
      // `checkProtocol` refuses a request without a host, in the form of all other answers.
      requireHostHeader: false,
      // Node looks for late requests every 30 s by default, so that one could take twice its time.
      connectionsCheckingInterval: 1_000
    },
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: STALL_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    forceCloseConnections: 'idle',
    // While stopping, a request on a connection that is still open is served, with `connection: close`.
    return503OnClosing: false,
    rewriteUrl: readTarget
  } satisfies FastifyServerOptions & { http: object }
}

import type { FastifyInstance } from 'fastify'
import type { Socket } from 'node:net'
import type { ErrorBody } from './errors.ts'
import { isReceiving } from './connections.ts'
import { rememberRefusal } from './request-end.ts'

// An import from node:http would load Node's own undici, for its `WebSocket`: 100 ms of CPU time before the first request. Bundles
// are spared that by rolldown.config.ts; `npm start` runs the sources.
const { STATUS_CODES } = process.getBuiltinModule('node:http')

export interface BrokenRequestOptions {
  version: string
  maxHeaderKib: number
  /** Called for each answer to a request that never reached a route. */
  onRefused: (status: number, reason: string) => void
}

export interface BrokenRequestHandler {
  /** For `clientErrorHandler`. */
  handleClientError(error: { code?: string }, socket: Socket): void
  /** CONNECT has no response that a route could send: Node hands over the bare connection. */
  refuseTunnels(app: Pick<FastifyInstance, 'server'>): void
}

/** Answers requests that Node's HTTP parser refuses, with the same JSON errors as routes, and closes the connection. */
export function createBrokenRequestHandler(options: BrokenRequestOptions): BrokenRequestHandler {
  const { version, maxHeaderKib, onRefused } = options

  function answer(socket: Socket, status: number, message: string): void {
    const error: ErrorBody = { error: message }
    const body = JSON.stringify(error)
    const head = [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      `X-Service-Version: ${version}`,
      'Connection: close'
    ]
    socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
  }

  return {
    handleClientError({ code = '' }, socket) {
      if (code === 'ECONNRESET' || !socket.writable) {
        socket.destroy()
        return
      }
      // A caller that ends the connection in the middle of a request may still read an answer, but it has broken off.
      if (code !== 'HPE_INVALID_EOF_STATE') rememberRefusal(socket)
      const [status, message] = describe(code, maxHeaderKib)
      // A request whose body is broken has reached a route, and is counted and logged when it ends.
      if (!isReceiving(socket)) onRefused(status, code)
      answer(socket, status, message)
    },
    refuseTunnels({ server }) {
      server.on('connect', (_request, socket: Socket) => {
        onRefused(501, 'CONNECT')
        answer(socket, 501, 'CONNECT is not supported here')
      })
    }
  }
}

function describe(code: string, maxHeaderKib: number): [status: number, message: string] {
  if (code === 'HPE_HEADER_OVERFLOW') return [431, `the request line and headers are larger than ${maxHeaderKib} KiB`]
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return [408, 'the request did not arrive in time']
  return [400, 'this is not a well-formed HTTP request']
}

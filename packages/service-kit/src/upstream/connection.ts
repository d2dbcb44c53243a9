import type { Socket } from 'node:net'
import { buildConnector, errors, type Dispatcher } from 'undici'

/**
 * Milliseconds for each address of a host but the last: a third of the shortest time limit of a call, 2.5 s. Node allows
 * 250 ms, so a host with an unreachable IPv6 address and a slow IPv4 one could not be reached.
 */
const ADDRESS_TIMEOUT_MS = 800

/** Opens connections over which an unasked `100 Continue` is no failure: RFC 9110, 15.2, but undici breaks the call off. */
export function createConnector(): buildConnector.connector {
  // HTTP/2, which undici would agree to over TLS, puts all calls on one connection, whatever use and number are asked for. When
  // that connection falls silent, undici keeps it, and every call runs into its time limit.
  const connect = buildConnector({
    allowH2: false,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: ADDRESS_TIMEOUT_MS
  })
  return (options, callback) =>
    connect(options, (...result) => {
      if (result[1]) {
        skipContinue(result[1])
        rememberUse(result[1])
      }
      callback(...result)
    })
}

const continueForm = /^HTTP\/1\.1 100 [^\r\n]*\r\n(?:[^\r\n]+\r\n)*\r\n/

/** Only what comes first after something was written can be the head of an answer. */
function skipContinue(socket: Socket): void {
  const read = socket.read.bind(socket)
  let written = 0
  socket.read = (size?: number): unknown => {
    const chunk: unknown = read(size)
    if (!(chunk instanceof Buffer) || socket.bytesWritten === written) return chunk
    const interim = chunk.toString('latin1', 0, 1024).match(continueForm)?.[0] ?? ''
    if (interim.length === chunk.length) return socket.read(size)
    if (interim === '') written = socket.bytesWritten
    else socket.unshift(chunk.subarray(interim.length))
    return interim === '' ? chunk : socket.read(size)
  }
}

const keptConnectionErrors = new WeakSet<Error>()

/** Marks the errors of a connection on which something has come already. */
function rememberUse(socket: Socket): void {
  socket.on('error', (error) => {
    if (socket.bytesRead > 0) keptConnectionErrors.add(error)
  })
}

/** Whether a connection was lost that had been used before. */
function isKeptConnectionLost(error: Error): boolean {
  if (error instanceof errors.SocketError) return (error.socket?.bytesRead ?? 0) > 0
  return keptConnectionErrors.has(error)
}

/** Whether a call may be sent twice. */
export function isRepeatable(method: string): boolean {
  return method === 'GET' || method === 'OPTIONS'
}

/**
 * Sends a call again, once and on a fresh connection, if the kept connection that it took ends before a byte of the
 * answer (RFC 9112, 9.3.1): the server has closed it at the same moment. It is the same attempt for everybody else.
 *
 * @param fresh opens a connection for every call
 */
export function retryOnFreshConnection(fresh: Dispatcher): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) => {
    let isAnswered = false
    return dispatch(options, {
      onRequestStart: (controller, context) => handler.onRequestStart?.(controller, context),
      onResponseStart(controller, status, headers, statusText) {
        isAnswered = true
        handler.onResponseStart?.(controller, status, headers, statusText)
      },
      onResponseData: (controller, chunk) => handler.onResponseData?.(controller, chunk),
      onResponseEnd: (controller, trailers) => handler.onResponseEnd?.(controller, trailers),
      onResponseError(controller, error) {
        if (!isAnswered && isKeptConnectionLost(error)) fresh.dispatch(options, handler)
        else handler.onResponseError?.(controller, error)
      }
    })
  }
}

import type { LookupFunction, Socket } from 'node:net'
import { buildConnector, errors, type Dispatcher } from 'undici'

/**
 * Milliseconds for each address of a host but the last: a third of the shortest time limit of a call, 2.5 s. Node allows
 * 250 ms, so a host with an unreachable IPv6 address and a slow IPv4 one could not be reached.
 */
const ADDRESS_TIMEOUT_MS = 800

/**
 * Opens connections over which interim answers, such as an unasked `100 Continue`, are no failure: RFC 9110, 15.2, but undici
 * breaks the call off.
 *
 * @param lookup replaces the system's resolver
 */
export function createConnector(lookup?: LookupFunction): buildConnector.connector {
  // HTTP/2, which undici would agree to over TLS, puts all calls on one connection, whatever use and number are asked for. When
  // that connection falls silent, undici keeps it, and every call runs into its time limit.
  const connect = buildConnector({
    allowH2: false,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: ADDRESS_TIMEOUT_MS,
    ...(lookup && { lookup })
  })
  return (options, callback) =>
    connect(options, (...result) => {
      if (result[1]) {
        skipInterim(result[1])
        rememberUse(result[1])
        forgetStack(result[1])
      }
      callback(...result)
    })
}

/** A whole interim head, but 101, which ends HTTP. Its name and version begin every answer. */
const interimForm = /^HTTP\/1\.1 1(?!01)[0-9]{2}[^\n]*\r?\n(?:[^\r\n]+\r?\n)*\r?\n/
/** The place of the first digit of the status. */
const STATUS_AT = 'HTTP/1.1 '.length
const ONE = 0x31
/** Bytes of an interim head; undici's limit for all heads. */
const MAX_INTERIM_BYTES = 16 * 1024

/** Only what comes first after something was written can be the head of an answer. A head may arrive in pieces. */
function skipInterim(socket: Socket): void {
  const read = socket.read.bind(socket)
  let answered = 0
  let held: Buffer | undefined
  socket.read = (size?: number): unknown => {
    const chunk: unknown = read(size)
    if (!(chunk instanceof Buffer) || socket.bytesWritten === answered) return chunk
    const bytes = held ? Buffer.concat([held, chunk]) : chunk
    held = undefined
    // This function runs for every answer, so it looks at one byte before all others.
    if (bytes.length > STATUS_AT && bytes[STATUS_AT] !== ONE) {
      answered = socket.bytesWritten
      return bytes
    }
    const interim = interimForm.exec(bytes.toString('latin1', 0, MAX_INTERIM_BYTES))?.[0]
    if (interim !== undefined) {
      if (interim.length < bytes.length) socket.unshift(bytes.subarray(interim.length))
    } else if (isCut(bytes)) {
      held = bytes
    } else {
      answered = socket.bytesWritten
      return bytes
    }
    return socket.read(size)
  }
}

/** Whether bytes may go on as an interim head. */
function isCut(bytes: Buffer): boolean {
  const start = bytes.toString('latin1', 0, STATUS_AT + 3)
  return (
    bytes.length < MAX_INTERIM_BYTES && 'HTTP/1.1 1'.startsWith(start.slice(0, STATUS_AT + 1)) && !start.endsWith('101')
  )
}

/**
 * undici ends a connection with an error that says why, and Node formats the stack of every such error, which nobody reads: 5 % of
 * the CPU time of productpage with a connection for each call.
 */
function forgetStack(socket: Socket): void {
  const destroy = socket.destroy.bind(socket)
  socket.destroy = (error) => {
    if (error instanceof errors.InformationalError) error.stack = error.message
    return destroy(error)
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

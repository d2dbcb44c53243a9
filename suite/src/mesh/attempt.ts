import { Agent, request as startRequest, type IncomingMessage } from 'node:http'
import { HOST } from '../topology.ts'
import type { Endpoint } from './choice.ts'

/** Milliseconds without a byte; longer than any service waits for another. */
const IDLE_MS = 60_000

/** Milliseconds that a connection waits for the next request: less than a service keeps it, so that it is not closing just then. */
const KEPT_MS = 1_000
const agent = new Agent({ keepAlive: true, timeout: KEPT_MS, maxSockets: 256 })

export interface WholeRequest {
  method: string
  url: string
  /** Name, value, name, value. */
  rawHeaders: readonly string[]
  body: Buffer
}

/** What an attempt came to. */
export type Outcome = { response: IncomingMessage } | { failure: 'connect-failure' | 'reset' | 'timeout' }

/** Sends a request to an endpoint, and resolves with the head of its answer. Never rejects. */
export function attempt({ port }: Endpoint, request: WholeRequest, signal: AbortSignal): Promise<Outcome> {
  const { method, url, rawHeaders, body } = request
  const { promise, resolve } = Promise.withResolvers<Outcome>()
  const headers = endToEnd(rawHeaders).filter(([name]) => name !== 'content-length')
  const hasBody =
    body.length > 0 || rawHeaders.some((name, i) => i % 2 === 0 && name.toLowerCase() === 'content-length')
  if (hasBody) headers.push(['', 'content-length', String(body.length)])
  const call = startRequest({
    host: HOST,
    port,
    method,
    path: url,
    headers: headers.flatMap(([, name = '', value = '']) => [name, value]),
    setHost: false,
    agent,
    timeout: IDLE_MS,
    signal
  })
  let isConnected = false
  call.on('socket', (socket) => {
    isConnected = !socket.connecting
    if (socket.connecting) socket.once('connect', () => (isConnected = true))
  })
  call.on('timeout', () => call.destroy())
  call.on('response', (response) => resolve({ response }))
  call.on('error', () => resolve({ failure: signal.aborted ? 'timeout' : isConnected ? 'reset' : 'connect-failure' }))
  call.end(body)
  return promise
}

const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade'
])

/**
 * The headers that are meant for the other end (RFC 9110, 7.6.1), as they were sent.
 *
 * @returns for each the name in lower case, the name, and the value
 */
export function endToEnd(rawHeaders: readonly string[]): string[][] {
  const all = rawHeaders.flatMap((name, i) =>
    i % 2 === 0 ? [[name.toLowerCase(), name, rawHeaders[i + 1] ?? '']] : []
  )
  const named = all.flatMap(([lower, , value = '']) =>
    lower === 'connection' ? value.split(',').map((item) => item.trim().toLowerCase()) : []
  )
  return all.filter(([lower = '']) => !hopByHop.has(lower) && !named.includes(lower))
}

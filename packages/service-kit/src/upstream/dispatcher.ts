import type { LookupFunction } from 'node:net'
import { Agent, interceptors, type Dispatcher } from 'undici'
import type { App } from '../server/server.ts'
import { createConnector, isRepeatable, retryOnFreshConnection } from './connection.ts'

/** Bytes of an upstream's body; Bookinfo's largest is under 1 KiB. */
const MAX_RESPONSE_BYTES = 256 * 1024
const MAX_REDIRECTS = 5
/** Far more than Bookinfo needs, and fewer than the open files that a process may have. */
const MAX_CONNECTIONS = 512

/** How connections to upstreams are used; ARCHITECTURE.md says what each costs. */
export type ConnectionUse = 'renewed' | 'per-request' | 'keep-alive'

/**
 * `renewed`: calls take this many connections of each server in turn. Each one is replaced after so many calls, and after so
 * long without one: below 32 calls a second every call has a new connection.
 */
const RENEWED_CONNECTIONS = 8
const CALLS_PER_CONNECTION = 32
const IDLE_MS = 250

export interface DispatcherOptions {
  /** Connections to one server at once; further calls wait for one, within their time limit. */
  maxConnections?: number | undefined
  /** Milliseconds after which `renewed` leaves a connection without a call. */
  idleMs?: number
}

/** What sends calls. */
export type HttpClient = Pick<Dispatcher, 'dispatch'>
/** An HTTP client, to be closed by whoever made it. */
export interface ClosableClient extends HttpClient {
  close(): Promise<void>
  destroy(): Promise<void>
}

/**
 * An HTTP client, to be closed by the caller; `openDispatcher` makes one that ends with its app.
 *
 * In plain Kubernetes a Service chooses a pod for each connection, so only new connections let versions change from page to page
 * without a mesh. `per-request` opens one for every call, as the original does, and `renewed` one for each 32 calls of a
 * busy process. A call that must not be sent twice gets a new connection in any case: a kept one may be closing.
 */
export function createDispatcher(connections: ConnectionUse, options: DispatcherOptions = {}): ClosableClient {
  const { maxConnections = MAX_CONNECTIONS, idleMs = IDLE_MS } = options
  const fresh = new Agent(agentOptions({ maxConnections, pipelining: 0 }))
  const count = { 'per-request': 0, 'keep-alive': 1, renewed: Math.min(RENEWED_CONNECTIONS, maxConnections) }[
    connections
  ]
  const renewal = connections === 'renewed' && {
    maxRequestsPerClient: CALLS_PER_CONNECTION,
    keepAliveTimeout: idleMs,
    keepAliveMaxTimeout: idleMs
  }
  const kept = Array.from(
    { length: count },
    () =>
      new Agent({ ...agentOptions({ maxConnections: Math.ceil(maxConnections / count), pipelining: 1 }), ...renewal })
  )
  const clients = kept.map((agent) => agent.compose(retryOnFreshConnection(fresh), followRedirects()))
  const freshClient = fresh.compose(followRedirects())
  let turn = 0
  return {
    dispatch(request, handler) {
      const client = isRepeatable(request.method) ? clients[turn++ % count] : undefined
      return (client ?? freshClient).dispatch(request, handler)
    },
    async close() {
      await Promise.all([fresh, ...kept].map((agent) => agent.close()))
    },
    async destroy() {
      await Promise.all([fresh, ...kept].map((agent) => agent.destroy()))
    }
  }
}

/** The HTTP client of an app for calls inside the suite: never by a proxy. It ends with the app. */
export function openDispatcher(app: App, connections: ConnectionUse, options?: DispatcherOptions): HttpClient {
  return closeWith(app, createDispatcher(connections, options))
}

interface AgentChoices {
  maxConnections?: number
  pipelining?: number
  /** Replaces the system's resolver. */
  lookup?: LookupFunction | undefined
}

export function agentOptions(choices: AgentChoices = {}): Agent.Options {
  const { maxConnections = MAX_CONNECTIONS, pipelining = 0, lookup } = choices
  return {
    connections: maxConnections,
    // Without pipelining undici asks for `connection: close`.
    pipelining,
    maxResponseSize: MAX_RESPONSE_BYTES,
    connect: createConnector(lookup)
  }
}

/** The original follows redirects. Headers that prove who the reader is stay with the host that was asked. */
export function followRedirects(): Dispatcher.DispatcherComposeInterceptor {
  return interceptors.redirect({
    maxRedirections: MAX_REDIRECTS,
    stripHeadersOnCrossOriginRedirect: ['jwt', 'end-user', 'x-goog-api-key']
  })
}

/**
 * Ends a client with its app. When an app closes, its callers have gone or were cut: a call that still waits for an upstream
 * would hold the process up until its time limit.
 */
export function closeWith(app: App, client: ClosableClient): HttpClient {
  app.addHook('onClose', () => client.destroy())
  return client
}

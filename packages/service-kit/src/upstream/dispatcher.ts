import { Agent } from 'undici'
import type { App } from '../server/server.ts'
import { agentOptions, closeWith, followRedirects, MAX_CONNECTIONS, type ClosableClient } from './agent.ts'
import { isRepeatable, retryOnFreshConnection } from './connection.ts'

/** How connections to upstreams are used; ARCHITECTURE.md says what each costs. */
export type ConnectionUse = 'renewed' | 'per-request' | 'keep-alive'

/**
 * `renewed`: calls take this many connections of each server in turn. Each one is replaced after so many calls, after a second,
 * and after so long without a call: below 32 calls a second every call has a new connection.
 */
const RENEWED_CONNECTIONS = 8
const CALLS_PER_CONNECTION = 128
const LIFETIME_MS = 1_000
const IDLE_MS = 250

export interface DispatcherOptions {
  /** Connections to one server at once; further calls wait for one, within their time limit. */
  maxConnections?: number | undefined
  /** Milliseconds after which `renewed` leaves a connection without a call, and any connection. */
  idleMs?: number
  lifetimeMs?: number
}

/**
 * An HTTP client, to be closed by the caller; `openDispatcher` makes one that ends with its app.
 *
 * In plain Kubernetes a Service chooses a pod for each connection, so only new connections let versions change from page to page
 * without a mesh. `per-request` opens one for every call, as the original does, and `renewed` one for each 128 calls of a
 * busy process. A call that must not be sent twice gets a new connection in any case: a kept one may be closing.
 */
export function createDispatcher(connections: ConnectionUse, options: DispatcherOptions = {}): ClosableClient {
  const { maxConnections = MAX_CONNECTIONS, idleMs = IDLE_MS, lifetimeMs = LIFETIME_MS } = options
  const fresh = new Agent(agentOptions({ maxConnections, pipelining: 0 }))
  const counts = { 'per-request': 0, 'keep-alive': 1, renewed: Math.min(RENEWED_CONNECTIONS, maxConnections) }
  const count = counts[connections]
  const renewal = connections === 'renewed' && {
    maxRequestsPerClient: CALLS_PER_CONNECTION,
    clientTtl: lifetimeMs,
    keepAliveTimeout: idleMs,
    keepAliveMaxTimeout: idleMs
  }
  const keptOptions = agentOptions({ maxConnections: Math.ceil(maxConnections / count), pipelining: 1 })
  const kept = Array.from({ length: count }, () => new Agent({ ...keptOptions, ...renewal }))
  const all = [fresh, ...kept]
  const clients = kept.map((agent) => agent.compose(retryOnFreshConnection(fresh), followRedirects))
  const freshClient = fresh.compose(followRedirects)
  let turn = 0
  return {
    dispatch(request, handler) {
      const client = isRepeatable(request.method) ? clients[turn++ % count] : undefined
      return (client ?? freshClient).dispatch(request, handler)
    },
    close: async () => void (await Promise.all(all.map((agent) => agent.close()))),
    destroy: async () => void (await Promise.all(all.map((agent) => agent.destroy())))
  }
}

/** The HTTP client of an app for calls inside the suite: never by a proxy. It ends with the app. */
export function openDispatcher(app: App, connections: ConnectionUse, options?: DispatcherOptions) {
  return closeWith(app, createDispatcher(connections, options))
}

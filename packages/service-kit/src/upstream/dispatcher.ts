import { Agent, interceptors, type Dispatcher } from 'undici'
import type { App } from '../server/server.ts'
import { createConnector, retryOnFreshConnection } from './connection.ts'

/** Bytes of an upstream's body; Bookinfo's largest is under 1 KiB. */
const MAX_RESPONSE_BYTES = 256 * 1024
const MAX_REDIRECTS = 5
/** Far more than Bookinfo needs, and fewer than the open files that a process may have. */
const MAX_CONNECTIONS = 512

/** How connections to upstreams are used; ARCHITECTURE.md says what each costs. */
export type ConnectionUse = 'per-request' | 'keep-alive'

export interface DispatcherOptions {
  /** Connections to one server at once; further calls wait for one, within their time limit. */
  maxConnections?: number | undefined
}

/**
 * An HTTP client, to be closed by the caller; `openDispatcher` makes one that ends with its app.
 *
 * `per-request` opens a connection for every call, as the original does: in plain Kubernetes a Service chooses a pod
 * for each connection, so only then do versions change from page to page without a mesh.
 */
export function createDispatcher(connections: ConnectionUse, options: DispatcherOptions = {}): Dispatcher {
  const agent = new Agent(agentOptions(connections, options))
  if (connections === 'per-request') return agent.compose(followRedirects())
  const fresh = new Agent(agentOptions('per-request', options))
  return agent.compose(retryOnFreshConnection(fresh), followRedirects())
}

/** The HTTP client of an app for calls inside the suite: never by a proxy. It ends with the app. */
export function openDispatcher(app: App, connections: ConnectionUse, options?: DispatcherOptions): Dispatcher {
  return closeWith(app, createDispatcher(connections, options))
}

export function agentOptions(
  connections: ConnectionUse,
  { maxConnections = MAX_CONNECTIONS }: DispatcherOptions = {}
): Agent.Options {
  return {
    connections: maxConnections,
    // Without pipelining undici asks for `connection: close`.
    pipelining: connections === 'per-request' ? 0 : 1,
    maxResponseSize: MAX_RESPONSE_BYTES,
    connect: createConnector()
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
export function closeWith(app: App, dispatcher: Dispatcher): Dispatcher {
  app.addHook('onClose', () => dispatcher.destroy())
  return dispatcher
}

import type { LookupFunction } from 'node:net'
import { interceptors, type Agent, type Dispatcher } from 'undici'
import type { App } from '../server/server.ts'
import { createConnector } from './connection.ts'

/** Bytes of an upstream's body; Bookinfo's largest is under 1 KiB. */
const MAX_RESPONSE_BYTES = 256 * 1024
const MAX_REDIRECTS = 5
/** Far more than Bookinfo needs, and fewer than the open files that a process may have. */
export const MAX_CONNECTIONS = 512

/** What sends calls. */
export type HttpClient = Pick<Dispatcher, 'dispatch'>

/** An HTTP client, to be closed by whoever made it. */
export interface ClosableClient extends HttpClient {
  close(): Promise<void>
  destroy(): Promise<void>
}

interface AgentChoices {
  maxConnections?: number
  pipelining?: number
  /** Replaces the system's resolver. */
  lookup?: LookupFunction | undefined
}

/** What all agents of undici have in common, inside and outside of the suite. */
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

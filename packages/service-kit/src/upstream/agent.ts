import type { LookupFunction } from 'node:net'
import { RedirectHandler, type Agent, type Dispatcher } from 'undici'
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

/** Headers that prove who the reader is: they stay with the host that was asked. */
const credentials = { stripHeadersOnCrossOriginRedirect: ['jwt', 'end-user', 'x-goog-api-key'] }

/**
 * The original follows redirects. undici's interceptor makes its handler for every call, which took 3 % of the CPU time of reviews;
 * this one makes it with the first redirect.
 */
export const followRedirects: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) => {
  let current = handler
  return dispatch(options, {
    onRequestStart: (controller, context) => handler.onRequestStart?.(controller, context),
    onResponseStart(controller, status, headers, statusText) {
      if (status >= 300 && status <= 399)
        current = new RedirectHandler(dispatch, MAX_REDIRECTS, { ...options, ...credentials }, handler)
      current.onResponseStart?.(controller, status, headers, statusText)
    },
    onResponseData: (controller, chunk) => current.onResponseData?.(controller, chunk),
    onResponseEnd: (controller, trailers) => current.onResponseEnd?.(controller, trailers),
    onResponseError: (controller, error) => current.onResponseError?.(controller, error)
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

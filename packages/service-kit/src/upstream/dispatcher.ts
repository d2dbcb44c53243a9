import { Agent, type Dispatcher } from 'undici'
import { followRedirects } from './redirects.ts'
import type { App } from '../server/server.ts'

/** Bytes of an upstream's body; Bookinfo's largest is under 1 KiB. */
const MAX_RESPONSE_BYTES = 256 * 1024
const MAX_REDIRECTS = 5
/** Far more than Bookinfo needs, and fewer than the open files that a process may have. */
const MAX_CONNECTIONS = 512

/** How connections to upstreams are used; ARCHITECTURE.md says what each costs. */
export type ConnectionUse = 'per-request' | 'keep-alive'

export interface DispatcherOptions {
  /** Whether a redirect that leaves TLS is a failure. */
  onlyTls?: boolean
  /** Connections to one server at once; further calls wait for one, within their time. */
  maxConnections?: number | undefined
}

/**
 * An HTTP client, to be closed; of an app, `openDispatcher` makes it.
 *
 * `per-request` opens a connection for every call, as the original does: in plain Kubernetes a Service chooses a pod
 * for each connection, so only then do versions change from page to page without a mesh.
 */
export function createDispatcher(
  connections: ConnectionUse,
  { onlyTls = false, maxConnections = MAX_CONNECTIONS }: DispatcherOptions = {}
): Dispatcher {
  return new Agent({
    // HTTP/2, which undici would agree to by TLS, puts all calls on one connection, whichever use and number are asked for; when
    // that one falls silent, undici goes on with it, and call after call is too late.
    allowH2: false,
    connections: maxConnections,
    // With nothing to pipeline undici asks for `connection: close`.
    pipelining: connections === 'per-request' ? 0 : 1,
    maxResponseSize: MAX_RESPONSE_BYTES
  }).compose(
    ...(onlyTls ? [refusePlainHttp] : []),
    // The original follows redirects; what proves who the reader is stays with the service that was asked.
    followRedirects({ maxRedirections: MAX_REDIRECTS, stripHeadersOnCrossOriginRedirect: ['jwt', 'end-user'] })
  )
}

/**
 * The one HTTP client of an app, which ends with it. When an app closes, its callers have gone or were cut: what still waits for
 * an upstream then waits for nobody, and would hold the process up until its time limit.
 */
export function openDispatcher(app: App, connections: ConnectionUse, options?: DispatcherOptions): Dispatcher {
  const dispatcher = createDispatcher(connections, options)
  app.addHook('onClose', () => dispatcher.destroy())
  return dispatcher
}

/** Sees every hop, as it stands below the redirects. */
const refusePlainHttp: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) => {
  if (!String(options.origin).startsWith('https:')) throw new Error('a redirect would leave TLS')
  return dispatch(options, handler)
}

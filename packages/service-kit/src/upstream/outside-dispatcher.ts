import type { LookupFunction } from 'node:net'
import { Type } from 'typebox'
import { EnvHttpProxyAgent, type Dispatcher } from 'undici'
import { agentOptions, closeWith, followRedirects, type HttpClient } from './agent.ts'
import type { App } from '../server/server.ts'

/** The settings of a service that calls hosts outside of the cluster, by the names that curl and many others use. */
export const proxySettings = {
  HTTP_PROXY: proxySetting('Proxy for `http://` hosts outside of the suite, for example `http://proxy.example:3128`.'),
  HTTPS_PROXY: proxySetting('Proxy for `https://` hosts outside of the suite; HTTP_PROXY if unset.'),
  NO_PROXY: Type.String({
    default: '',
    anyCase: true,
    description: 'Hosts outside of the suite that are called without a proxy, with commas between them; `*` means all.'
  })
}

export interface OutsideOptions {
  proxies: Record<keyof typeof proxySettings, string>
  /** Whether a redirect from TLS to plain HTTP is a failure. */
  onlyTls: boolean
  /** Replaces the system's resolver in tests. */
  lookup?: LookupFunction | undefined
}

/**
 * The HTTP client of an app for hosts outside of the cluster. It takes the proxies of the environment, which calls inside the
 * suite never do. It ends with the app.
 */
export function openOutsideDispatcher(app: App, { proxies, onlyTls, lookup }: OutsideOptions): HttpClient {
  const agent = new EnvHttpProxyAgent({
    ...agentOptions({ lookup }),
    // An empty text keeps undici from reading the environment itself.
    httpProxy: withScheme(proxies.HTTP_PROXY),
    httpsProxy: withScheme(proxies.HTTPS_PROXY),
    noProxy: proxies.NO_PROXY
  })
  return closeWith(app, agent.compose(...(onlyTls ? [refusePlainHttp] : []), followRedirects))
}

function proxySetting(description: string) {
  const text = Type.String({
    default: '',
    anyCase: true,
    // It may contain a user and a password.
    secret: true,
    allowed: 'an http:// or https:// address',
    // Every pod of a cluster may get it: a proxy that cannot be used here must not stop a service.
    ignored: '',
    description
  })
  return Type.Refine(text, (proxy) => proxy === '' || /^https?:$/.test(URL.parse(withScheme(proxy))?.protocol ?? ''))
}

/** `proxy.example:3128` is a common way to write it, and curl takes it too. */
function withScheme(proxy: string): string {
  return proxy === '' || proxy.includes('://') ? proxy : `http://${proxy}`
}

/** It is called for every hop, as the interceptor for redirects is above it. */
const refusePlainHttp: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) => {
  if (!String(options.origin).startsWith('https:')) throw new Error('a redirect would leave TLS')
  return dispatch(options, handler)
}

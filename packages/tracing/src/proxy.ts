import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import type { AgentOptions } from 'node:https'

/** Proxies by the names that curl reads, in either case. */
interface Proxies {
  HTTP_PROXY: string
  HTTPS_PROXY: string
  NO_PROXY: string
}

/**
 * The proxies for calls to an address, from the environment. Addresses inside the cluster or on this machine are called
 * without one: a proxy for the outside cannot reach them.
 *
 * @param warn called for a proxy that cannot be used; it may contain a password, so the value is not shown
 * @returns undefined if the address is called directly
 */
export function proxiesFor(
  address: string,
  env: NodeJS.ProcessEnv,
  warn: (message: string) => void
): Proxies | undefined {
  const host = URL.parse(address)?.hostname ?? ''
  if (isInside(host)) return undefined
  const read = (name: string): string => env[name.toLowerCase()] || env[name] || ''
  const proxy = (name: string): string => {
    const text = read(name)
    const url = text === '' || text.includes('://') ? text : `http://${text}`
    if (url === '' || /^https?:$/.test(URL.parse(url)?.protocol ?? '')) return url
    warn(`${name} must be an http:// or https:// address, got a value that is not shown; it is ignored`)
    return ''
  }
  const proxies = { HTTP_PROXY: proxy('HTTP_PROXY'), HTTPS_PROXY: proxy('HTTPS_PROXY'), NO_PROXY: read('NO_PROXY') }
  return proxies.HTTP_PROXY || proxies.HTTPS_PROXY
    ? { ...proxies, HTTPS_PROXY: proxies.HTTPS_PROXY || proxies.HTTP_PROXY }
    : undefined
}

/** Names without a dot, of Kubernetes Services, and of this machine. */
function isInside(host: string): boolean {
  if (isIP(host) === 4) return host.startsWith('127.')
  return host.startsWith('[') ? host === '[::1]' : !host.includes('.') || /\.(svc|local|localhost)$|\.svc\./.test(host)
}

/**
 * Options for the agent of an OTLP exporter that goes through a proxy. They replace the exporter's own, which read the certificates
 * of the environment, so these are read here.
 */
export function agentThrough(proxies: Proxies, env: NodeJS.ProcessEnv): AgentOptions {
  const read = (what: string): Buffer | undefined => {
    const file = env[`OTEL_EXPORTER_OTLP_TRACES_${what}`] || env[`OTEL_EXPORTER_OTLP_${what}`]
    return file ? readFileSync(file) : undefined
  }
  const files = { ca: read('CERTIFICATE'), cert: read('CLIENT_CERTIFICATE'), key: read('CLIENT_KEY') }
  return { keepAlive: true, proxyEnv: { ...proxies }, ...files }
}

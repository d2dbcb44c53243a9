import createError from '@fastify/error'
import { isIPv4 } from 'node:net'
import type { App } from './server.ts'

const HostNotAllowed = createError(
  'BOOKINFO_HOST_NOT_ALLOWED',
  'the host must be localhost, a loopback address or a name in ALLOWED_HOSTS, got "%s"',
  403
)
const ForeignRequest = createError(
  'BOOKINFO_FOREIGN_REQUEST',
  'a page of another site may send nothing here: send it from a program',
  403
)

const readingMethods = ['GET', 'HEAD', 'OPTIONS']

export interface AllowedHosts {
  /** The address that the app listens on. */
  HOST: string
  /** Names and addresses, with commas between. */
  ALLOWED_HOSTS: string
}

/**
 * For development tools without sign-in: refuses what pages of other sites send or read through the browser of this machine.
 *
 * With DNS rebinding such a page gives its own name this machine's address: its requests are then of the same origin, and only
 * `Host` tells them apart. Without, it can send but not read, and says so in `Sec-Fetch-Site`
 * (https://www.w3.org/TR/fetch-metadata/), or in `Origin` in older browsers.
 */
export function refuseOtherSites(app: App, { HOST, ALLOWED_HOSTS }: AllowedHosts): void {
  const everyAddress = ['0.0.0.0', '::']
  const listed = ALLOWED_HOSTS.split(',').map((name) => hostnameOf(name.trim()))
  const allowed = new Set(everyAddress.includes(HOST) ? listed : [...listed, hostnameOf(HOST)])

  app.addHook('onRequest', (request, _reply, done) => {
    const { host = '', origin, 'sec-fetch-site': site } = request.headers
    const name = hostnameOf(host)
    if (name === undefined || !(isLoopback(name) || allowed.has(name)))
      return done(new HostNotAllowed(host.slice(0, 100)))
    if (readingMethods.includes(request.method)) return done()
    // `none`: the user did it, without any page.
    const isForeign =
      site === undefined
        ? origin !== undefined && URL.parse(origin)?.host !== URL.parse(`http://${host}`)?.host
        : site !== 'same-origin' && site !== 'none'
    done(isForeign ? new ForeignRequest() : undefined)
  })
}

/** The name or address in a `Host` header, in the form that URLs have. IPv6 addresses may come without brackets. */
function hostnameOf(host: string): string | undefined {
  const isBareIPv6 = /^[^[]*:.*:/.test(host)
  return URL.parse(`http://${isBareIPv6 ? `[${host}]` : host}`)?.hostname.replace(/\.$/, '')
}

/** Browsers never ask a name server for `localhost` and the names below it (RFC 6761, 6.3). */
function isLoopback(name: string): boolean {
  return (
    name === 'localhost' || name.endsWith('.localhost') || name === '[::1]' || (isIPv4(name) && name.startsWith('127.'))
  )
}

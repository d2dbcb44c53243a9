import type { App } from '../server/server.ts'

/** Every address, IPv6 and IPv4, with one socket. */
const ALL = '::'
const ALL_IPV4 = '0.0.0.0'

/**
 * Listens. On a machine without IPv6, `::` means every IPv4 address.
 *
 * @returns the port, which is a free one if 0 is given
 */
export async function listen(app: App, host: string, port: number): Promise<number> {
  await app.ready()
  try {
    await open(app, host, port)
  } catch (error) {
    const noIpv6 = error instanceof Error && 'code' in error && error.code === 'EAFNOSUPPORT'
    if (host !== ALL || !noIpv6) throw error
    await open(app, ALL_IPV4, port)
  }
  const address = app.server.address()
  return typeof address === 'object' && address !== null ? address.port : port
}

/** Connections that may wait to be accepted. With Node's 511, a probe is dropped when 2,000 connections come at once. */
const BACKLOG = 4096

async function open(app: App, host: string, port: number): Promise<void> {
  await app.listen({ host, port, backlog: BACKLOG, listenTextResolver: (address) => `socket open: ${address}` })
}

/** What to do if listening failed; undefined for other errors. */
export function adviceFor(error: Error): string | undefined {
  const code = 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE')
    return `the port is in use by another program: stop that one, or set PORT to another (${error.message})`
  if (code === 'EACCES') return `this user may not listen on that port: set PORT to 1024 or more (${error.message})`
  if (code === 'EADDRNOTAVAIL')
    return `this machine has no such address: set HOST to one that it has (${error.message})`
  return undefined
}

import { once } from 'node:events'
import { Server, type ListenOptions } from 'node:net'
import type { App } from '../server/server.ts'

/** Every address, IPv6 and IPv4, with one socket. */
const ALL = '::'
const ALL_IPV4 = '0.0.0.0'

/** Connections that may wait to be accepted. With Node's 511, a probe is dropped when 2,000 connections come at once. */
const BACKLOG = 4096

/**
 * Sockets that listen on the port. Node accepts one connection of each in a round of its event loop, so with a single one a probe
 * waited 8 s behind ten times the pages that a process can serve, and 0.3 s with these. Only Linux divides connections among them.
 */
const LISTENERS = process.platform === 'linux' ? 16 : 1

/**
 * Listens. On a machine without IPv6, `::` means every IPv4 address.
 *
 * @returns the port, which is a free one if 0 is given
 */
export async function listen(app: App, host: string, port: number): Promise<number> {
  const more: Server[] = []
  // Fastify waits for the connections of its own server alone.
  app.addHook('preClose', () => closeAll([app.server, ...more], app))
  await app.ready()
  const found = await findPort(host, port)
  const options = { ...found, backlog: BACKLOG, reusePort: LISTENERS > 1 }
  await app.listen({ ...options, listenTextResolver: (address) => `socket open: ${address}` })
  while (more.length < LISTENERS - 1) more.push(await listenFor(app, options))
  return found.port
}

/**
 * An address and port that nobody listens on: sockets that share a port would share it with another process of this user too.
 *
 * @throws EADDRINUSE and the like
 */
async function findPort(host: string, port: number): Promise<{ host: string; port: number }> {
  try {
    await using server = new Server()
    await open(server, { host, port })
    const address = server.address()
    return { host, port: typeof address === 'object' && address !== null ? address.port : port }
  } catch (error) {
    const noIpv6 = error instanceof Error && 'code' in error && error.code === 'EAFNOSUPPORT'
    if (host !== ALL || !noIpv6) throw error
    return findPort(ALL_IPV4, port)
  }
}

/** A server whose connections are those of the app. Its options are those that Node gives to HTTP servers. */
async function listenFor(app: App, options: ListenOptions): Promise<Server> {
  const server = new Server({ allowHalfOpen: true, noDelay: true })
  server.on('connection', (socket) => app.server.emit('connection', socket))
  await open(server, options)
  return server
}

async function open(server: Server, options: ListenOptions): Promise<void> {
  server.listen(options)
  await once(server, 'listening')
}

/** Resolves when the last connection has ended. */
async function closeAll(servers: readonly Server[], app: App): Promise<void> {
  const closed = servers.map((server) => new Promise((resolve) => server.close(resolve)))
  app.server.closeIdleConnections()
  await Promise.all(closed)
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

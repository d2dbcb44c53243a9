import type { App } from './server.ts'

/** Every address of both families, by one socket where the kernel has IPv6. */
const ALL = '::'
const ALL_IPV4 = '0.0.0.0'

/**
 * Listens; on a machine without IPv6 "every address" means every IPv4 address.
 *
 * @returns the port, which is another than asked for if that was 0
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

async function open(app: App, host: string, port: number): Promise<void> {
  await app.listen({ host, port, listenTextResolver: (address) => `socket open: ${address}` })
}

import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { listen } from '../ports.ts'
import { createProxy, type ProxyOptions } from './proxy.ts'
import { edgeName, edges } from './traffic.ts'

const MAX_CONNECTIONS = 512
/** Bytes of a request's headers: more than any service takes, so that it is the service that refuses. */
const MAX_HEADER_BYTES = 64 * 1024

/** The proxies between the services: one for each edge of the call graph, on free ports of this machine. */
export interface Mesh {
  /** By `edgeName`. */
  ports: ReadonlyMap<string, number>
  close(): Promise<void>
}

export async function openMesh(options: ProxyOptions): Promise<Mesh> {
  const servers = edges.map((edge) => createServer({ maxHeaderSize: MAX_HEADER_BYTES }, createProxy(edge, options)))
  const ports = new Map<string, number>()
  for (const [index, edge] of edges.entries()) {
    const server = servers[index]
    if (server === undefined) continue
    server.maxConnections = MAX_CONNECTIONS
    ports.set(edgeName(edge), await listen(server))
  }
  return { ports, close: async () => void (await Promise.all(servers.map(close))) }
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}

import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer, type Server } from 'node:net'

/** Below the ports that systems hand out by themselves, and apart from those that the suite's tests draw. */
const RANGE = [10_000, 20_000] as const

/** A port, and the next, which says that it is taken. */
const PAIR = 2

/** A port for a program to listen on. Nobody gets it by chance, and nobody else draws it while this process runs. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = PAIR * randomInt(RANGE[0] / PAIR, RANGE[1] / PAIR)
    if (!(await listens(createServer().unref(), port + 1))) continue
    const server = createServer()
    const isFree = await listens(server, port)
    await new Promise((resolve) => server.close(resolve))
    if (isFree) return port
  }
}

/** A port that refuses connections until this process ends: one of its own connections has it, so nobody can listen there. */
export async function refusingPort(): Promise<number> {
  const server = createServer((accepted) => void accepted.unref())
  await listens(server, 0)
  const address = server.address()
  const client = connect({
    host: '127.0.0.1',
    port: typeof address === 'object' && address !== null ? address.port : 0
  })
  await Promise.all([once(server, 'connection'), once(client, 'connect')])
  client.unref()
  server.unref().close()
  return client.localPort ?? 0
}

function listens(server: Server, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    server.on('error', () => resolve(false)).listen({ host: '127.0.0.1', port, exclusive: true }, () => resolve(true))
  })
}

import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

/**
 * - `open`: passes everything on
 * - `closed`: refuses connections
 * - `silent`: takes connections and bytes, and never says a word
 * - `hasty`: takes connections and closes them
 * - `cutting`: greets, and closes a connection in the middle of the first answer to a question
 * - `slow`: passes on, each answer after ten seconds
 */
export type Mood = 'open' | 'closed' | 'silent' | 'hasty' | 'cutting' | 'slow'

const SLOW_MS = 10_000
/** What tells a question from the greetings, in the words of SQL and of MongoDB. */
const question = /FROM ratings|bookinfo_(ratings|schema|products)|find.{6}ratings/s

export interface Proxy extends AsyncDisposable {
  port: number
  /** For the connections that are there, too. */
  become(mood: Mood): Promise<void>
  /** Connections that clients hold open. */
  connections(): number
}

/** Stands between a service and its database, so that a test can make the way between them bad. */
export async function startProxy(target: number): Promise<Proxy> {
  let mood: Mood = 'open'
  const clients = new Set<Socket>()
  const delays = new Set<NodeJS.Timeout>()
  let server: Server = createServer()

  function serve(client: Socket): void {
    clients.add(client)
    client.on('close', () => clients.delete(client))
    client.on('error', () => client.destroy())
    if (mood === 'hasty') return void client.destroy()
    const upstream = connect(target, '127.0.0.1')
    let isAsked = mood === 'open'
    upstream.on('error', () => client.destroy())
    upstream.on('close', () => mood !== 'silent' && client.destroy())
    client.on('close', () => upstream.destroy())
    client.on('data', (bytes) => {
      if (mood === 'silent') return
      isAsked ||= question.test(bytes.toString('latin1'))
      upstream.write(bytes)
    })
    upstream.on('data', (bytes) => {
      if (mood === 'silent') return
      if (mood === 'slow') {
        delays.add(setTimeout(() => client.write(bytes), SLOW_MS).unref())
      } else if (mood === 'cutting' && isAsked) {
        client.write(bytes.subarray(0, bytes.length / 2), () => client.resetAndDestroy())
      } else {
        client.write(bytes)
      }
    })
  }

  async function listen(port: number): Promise<number> {
    server = createServer(serve).listen(port, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }

  async function close(): Promise<void> {
    const closed = once(server, 'close')
    server.close()
    for (const client of clients) client.destroy()
    await closed
  }

  const port = await listen(0)
  return {
    port,
    connections: () => clients.size,
    async become(next) {
      const before = mood
      mood = next
      if (next === 'closed' && before !== 'closed') await close()
      if (next === 'hasty') for (const client of clients) client.destroy()
      if (next !== 'closed' && before === 'closed') await listen(port)
    },
    async [Symbol.asyncDispose]() {
      for (const delay of delays) clearTimeout(delay)
      if (mood !== 'closed') await close()
    }
  }
}

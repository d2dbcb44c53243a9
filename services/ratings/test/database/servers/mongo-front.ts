import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import type { Certificate } from './test-database.ts'

export interface MongoFront {
  port: number
  /** Clients that have signed in: those that only watch the server do not count. */
  connections(): number
  close(): Promise<void>
}

export interface MongoFrontOptions {
  target: number
  certificate: Certificate | undefined
  /** MongoDB carries out a change of one document whole, but FerretDB 1 in two steps, between which another can come. */
  oneAtATime: boolean
}

/** Stands before a server, ends TLS, and counts the connections. */
export async function startMongoFront({ target, certificate, oneAtATime }: MongoFrontOptions): Promise<MongoFront> {
  const clients = new Set<Socket>()
  const signedIn = new Set<Socket>()
  let turn: Promise<void> = Promise.resolve()

  async function serve(client: Socket): Promise<void> {
    clients.add(client)
    const upstream = connect(target, '127.0.0.1')
    const end = (): void => {
      clients.delete(client)
      signedIn.delete(client)
      client.destroy()
      upstream.destroy()
    }
    for (const socket of [client, upstream]) socket.on('error', end).on('close', end)
    client.on('data', (bytes) => {
      if (/saslStart|speculativeAuthenticate/.test(bytes.toString('latin1'))) signedIn.add(client)
    })
    if (!oneAtATime) return void client.pipe(upstream).pipe(client)
    const replies = readMessages(upstream)
    try {
      for await (const message of readMessages(client)) {
        turn = turn.then(() => exchange(message)).catch(end)
        await turn
      }
    } catch {
      end()
    }

    async function exchange(message: Buffer): Promise<void> {
      upstream.write(message)
      const { value } = await replies.next()
      if (value) client.write(value)
      else end()
    }
  }

  const onClient = (client: Socket): void => void serve(client)
  const server: Server = certificate ? createTlsServer(certificate, onClient) : createServer(onClient)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    connections: () => signedIn.size,
    async close() {
      const closed = once(server, 'close')
      server.close()
      for (const client of clients) client.destroy()
      await closed
    }
  }
}

/** https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/: each message begins with its length. */
async function* readMessages(socket: Socket): AsyncGenerator<Buffer, undefined> {
  let arrived = Buffer.alloc(0)
  for await (const bytes of socket) {
    arrived = Buffer.concat([arrived, bytes])
    while (arrived.length >= 4 && arrived.length >= arrived.readInt32LE(0)) {
      const length = arrived.readInt32LE(0)
      yield arrived.subarray(0, length)
      arrived = arrived.subarray(length)
    }
  }
  return undefined
}

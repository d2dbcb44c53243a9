import { MongoClient, type Db } from 'mongodb'
import { once } from 'node:events'
import { connect } from 'node:net'
import { createServer } from 'node:tls'
import { createMongoStandIn } from './mongo-stand-in/server.ts'
import { createServerProcess, freePort, serverFolder } from './server-process.ts'
import type { Certificate, OriginalRows, ServerDatabase } from './test-database.ts'

/** `npm test` looks for the server and hands it on; without one, the stand-in takes its place. */
export const mongodPath = process.env['BOOKINFO_MONGOD'] ?? ''

const PASSWORD = 'a-password-that-no-log-may-show'

interface MongoProcess {
  start(): Promise<void>
  stop(): Promise<void>
  remove(): Promise<void>
  connections(): Promise<number>
}

/**
 * MongoDB with sign-in, on a port of its own: the real one where it is on the machine.
 *
 * @param certificate if given, services must come by TLS, which ends before the server
 */
export async function startMongodb(certificate?: Certificate): Promise<ServerDatabase> {
  const port = await freePort()
  const front = certificate && (await startTlsFront(certificate, port))
  const urlAt = (at: number, user: string, database = 'test') =>
    `mongodb://${user}:${PASSWORD}@127.0.0.1:${at}/${database}?authSource=admin`
  const server = mongodPath === '' ? standIn(port) : await mongod(port)
  await server.start()
  await withDatabase(`mongodb://127.0.0.1:${port}/admin`, (admin) =>
    admin.command({ createUser: 'root', pwd: PASSWORD, roles: [{ role: 'root', db: 'admin' }] })
  )
  const run = <T>(work: (db: Db) => Promise<T>) => withDatabase(urlAt(port, 'root'), work)
  const asAdmin = <T>(work: (db: Db) => Promise<T>) => withDatabase(urlAt(port, 'root', 'admin'), work)
  const envAt = (at: number, user = 'root') => ({ SERVICE_VERSION: 'v2', MONGO_DB_URL: urlAt(at, user) })

  async function createOriginal(rows: OriginalRows): Promise<void> {
    await run(async (db) => {
      await db.dropDatabase()
      const collection = await db.createCollection('ratings')
      // As ratings_data.json of the original is imported.
      if (rows.length > 0) await collection.insertMany(rows.map((rating) => ({ rating })))
    })
  }

  return {
    type: 'mongodb',
    port,
    env: envAt(front?.port ?? port),
    envAt,
    couldNotRead: 'could not load ratings from database',
    start: () => server.start(),
    stop: () => server.stop(),
    clear: () => run(async (db) => void (await db.dropDatabase())),
    createOriginal,
    dumpOriginal: () => run((db) => db.collection('ratings').find().toArray()),
    setOriginal: (row, stars) =>
      run(async (db) => {
        const [document] = await db.collection('ratings').find().project({ _id: 1 }).skip(row).limit(1).toArray()
        await db.collection('ratings').updateOne({ ...document }, { $set: { rating: stars } })
      }),
    dropOriginal: () => run(async (db) => void (await db.dropCollection('ratings'))),
    fillProducts: (count) =>
      run(async (db) => {
        const documents = Array.from({ length: count }, (_, index) => ({ _id: 1_000_001 + index, ratings: [] }))
        await db.collection<{ _id: number }>('bookinfo_ratings').insertMany(documents)
        await db.collection<{ _id: string }>('bookinfo_schema').updateOne({ _id: 'products' }, { $set: { count } })
      }),
    connections: () => server.connections(),
    async createReader() {
      const resource = { db: 'test', collection: 'ratings' }
      await asAdmin(async (admin) => {
        await admin.command({ createRole: 'ratingsReader', privileges: [{ resource, actions: ['find'] }], roles: [] })
        await admin.command({ createUser: 'reader', pwd: PASSWORD, roles: [{ role: 'ratingsReader', db: 'admin' }] })
      })
      return envAt(port, 'reader')
    },
    trustReader: () =>
      asAdmin(async (admin) => {
        await admin.command({ grantRolesToUser: 'reader', roles: [{ role: 'readWrite', db: 'test' }] })
      }),
    dropDatabase: () => run(async (db) => void (await db.dropDatabase())),
    async [Symbol.asyncDispose]() {
      await front?.close()
      await server.remove()
    }
  }
}

async function startTlsFront(certificate: Certificate, target: number) {
  const server = createServer(certificate, (client) => {
    const upstream = connect(target, '127.0.0.1')
    for (const end of [client, upstream]) end.on('error', () => end.destroy())
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => client.destroy())
    client.pipe(upstream).pipe(client)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    async close() {
      const closed = once(server, 'close')
      server.close()
      await closed
    }
  }
}

function standIn(port: number): MongoProcess {
  const server = createMongoStandIn(port)
  return { ...server, remove: () => server.stop(), connections: async () => server.connections() }
}

async function mongod(port: number): Promise<MongoProcess> {
  const folder = await serverFolder('mongodb')
  const server = createServerProcess({
    folder,
    program: mongodPath,
    args: [
      '--dbpath',
      folder,
      '--port',
      String(port),
      '--bind_ip',
      '127.0.0.1',
      '--unixSocketPrefix',
      folder,
      '--auth'
    ],
    stopSignal: 'SIGTERM',
    isUp: () => withDatabase(`mongodb://127.0.0.1:${port}/admin`, (admin) => admin.command({ ping: 1 }))
  })
  const operations = { currentOp: 1, $all: true, 'clientMetadata.application.name': 'bookinfo-ratings' }
  return {
    ...server,
    connections: () =>
      withDatabase(`mongodb://root:${PASSWORD}@127.0.0.1:${port}/admin`, async (admin) => {
        const { inprog } = await admin.command(operations)
        return inprog.length
      })
  }
}

async function withDatabase<T>(url: string, work: (db: Db) => Promise<T>): Promise<T> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 5_000 })
  try {
    return await work(client.db())
  } finally {
    await client.close()
  }
}

import { MongoClient, type Db } from 'mongodb'
import { startMongoFront } from './mongo-front.ts'
import { freePort } from '@bookinfo/service-kit/testing'
import { createServerProcess, serverFolder, serverProgram, type ServerProcess } from './server-process.ts'
import type { Certificate, OriginalRows, ServerDatabase } from './test-database.ts'

/** `npm test` looks for MongoDB's own server, and without one for FerretDB; empty means that there is no such server. */
const mongodPath = process.env['BOOKINFO_MONGOD'] ?? ''
const ferretdbPath = process.env['BOOKINFO_FERRETDB'] ?? ''
export const hasMongodb = mongodPath !== '' || ferretdbPath !== ''
/** FerretDB 1 has users but no roles: everybody may do everything. */
export const enforcesRights = mongodPath !== ''

const PASSWORD = 'a-password-that-no-log-may-show'

/**
 * A server of MongoDB's protocol with sign-in: MongoDB's own if it is on the machine, else FerretDB.
 *
 * @param certificate if given, services must use TLS, which ends before the server
 */
export async function startMongodb(certificate?: Certificate): Promise<ServerDatabase> {
  const port = await freePort()
  const server = mongodPath === '' ? await ferretdb(port) : await mongod(port)
  await server.start()
  const front = await startMongoFront({ target: port, certificate, oneAtATime: mongodPath === '' })
  const run = <T>(work: (db: Db) => Promise<T>) => withDatabase(rootUrl(port), work)
  const asAdmin = <T>(work: (db: Db) => Promise<T>) => withDatabase(rootUrl(port, 'admin'), work)
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
    port: front.port,
    env: envAt(front.port),
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
    // Services compare the count, and FerretDB 1 reads all documents to find one: so one of them is enough.
    fillProducts: (count) =>
      run(async (db) => {
        await db
          .collection<{ _id: number; ratings: unknown[] }>('bookinfo_ratings')
          .insertOne({ _id: 1_000_001, ratings: [] })
        await db.collection<{ _id: string }>('bookinfo_schema').updateOne({ _id: 'products' }, { $set: { count } })
      }),
    connections: async () => front.connections(),
    async createReader() {
      const resource = { db: 'test', collection: 'ratings' }
      await asAdmin(async (admin) => {
        await admin.command({ createRole: 'ratingsReader', privileges: [{ resource, actions: ['find'] }], roles: [] })
        await admin.command({ createUser: 'reader', pwd: PASSWORD, roles: [{ role: 'ratingsReader', db: 'admin' }] })
      })
      return envAt(front.port, 'reader')
    },
    trustReader: () =>
      asAdmin(async (admin) => {
        await admin.command({ grantRolesToUser: 'reader', roles: [{ role: 'readWrite', db: 'test' }] })
      }),
    dropDatabase: () => run(async (db) => void (await db.dropDatabase())),
    async [Symbol.asyncDispose]() {
      await front.close()
      await server.remove()
    }
  }
}

/** FerretDB speaks MongoDB's protocol and keeps its data in SQLite. */
async function ferretdb(port: number): Promise<ServerProcess> {
  const folder = await serverFolder('ferretdb')
  const program = await serverProgram(folder, ferretdbPath)
  return createServerProcess({
    folder,
    program,
    args: [
      '--handler=sqlite',
      `--sqlite-url=file:${folder}/`,
      `--state-dir=${folder}`,
      `--listen-addr=127.0.0.1:${port}`,
      '--debug-addr=-',
      '--telemetry=disable',
      '--log-level=error',
      '--test-enable-new-auth',
      '--setup-database=admin',
      '--setup-username=root',
      `--setup-password=${PASSWORD}`
    ],
    stopSignal: 'SIGTERM',
    isUp: () => withDatabase(rootUrl(port), (db) => db.command({ ping: 1 }))
  })
}

async function mongod(port: number): Promise<ServerProcess> {
  const folder = await serverFolder('mongodb')
  const admin = `mongodb://127.0.0.1:${port}/admin`
  const server = createServerProcess({
    folder,
    program: mongodPath,
    args: ['--dbpath', folder, '--port', `${port}`, '--bind_ip', '127.0.0.1', '--unixSocketPrefix', folder, '--auth'],
    stopSignal: 'SIGTERM',
    isUp: () => withDatabase(admin, (db) => db.command({ ping: 1 }))
  })
  let hasRoot = false
  async function start(): Promise<void> {
    await server.start()
    if (hasRoot) return
    const roles = [{ role: 'root', db: 'admin' }]
    await withDatabase(admin, (db) => db.command({ createUser: 'root', pwd: PASSWORD, roles }))
    hasRoot = true
  }
  return { ...server, start }
}

const urlAt = (at: number, user: string, database = 'test') =>
  `mongodb://${user}:${PASSWORD}@127.0.0.1:${at}/${database}?authSource=admin`

const rootUrl = (at: number, database = 'test') => urlAt(at, 'root', database)

async function withDatabase<T>(url: string, work: (db: Db) => Promise<T>): Promise<T> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 5_000 })
  try {
    return await work(client.db())
  } finally {
    await client.close()
  }
}

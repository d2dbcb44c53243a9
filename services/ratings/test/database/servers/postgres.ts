import { Client } from 'pg'
import { dirname, join } from 'node:path'
import { freePort } from '@bookinfo/service-kit/testing'
import { createServerProcess, runAsServer, serverFile, serverFolder } from './server-process.ts'
import type { Certificate, OriginalRows, ServerDatabase, WaitingDatabase } from './test-database.ts'

/** `npm test` looks for the server and hands it on; empty means that there is none, and says so itself. */
export const postgresPath = process.env['BOOKINFO_POSTGRES'] ?? ''

const PASSWORD = 'a password that no log may show'

/**
 * A PostgreSQL server with a folder and a port of its own.
 *
 * @param certificate if given, services must come by TLS
 */
export async function startPostgres(certificate?: Certificate): Promise<ServerDatabase & WaitingDatabase> {
  const folder = await serverFolder('postgres')
  const port = await freePort()
  const data = join(folder, 'data')
  await runAsServer(
    join(dirname(postgresPath), 'initdb'),
    [
      '-D',
      data,
      ...'-U postgres --auth-local=trust --auth-host=scram-sha-256 -E UTF8 --no-locale --no-sync'.split(' ')
    ],
    folder
  )

  async function run(database: string, ...texts: string[]): Promise<Record<string, unknown>[]> {
    const client = new Client({ host: folder, port, user: 'postgres', database, connectionTimeoutMillis: 5_000 })
    client.on('error', () => undefined)
    try {
      await client.connect()
      let rows: Record<string, unknown>[] = []
      for (const text of texts) rows = [...rows, ...(await client.query<Record<string, unknown>>(text)).rows]
      return rows
    } finally {
      await client.end()
    }
  }

  const tls: string[] = []
  if (certificate) {
    const cert = await serverFile(folder, 'cert.pem', certificate.cert)
    const key = await serverFile(folder, 'key.pem', certificate.key)
    tls.push('-c', 'ssl=on', '-c', `ssl_cert_file=${cert}`, '-c', `ssl_key_file=${key}`)
    await serverFile(data, 'pg_hba.conf', 'local all all trust\nhostssl all all all scram-sha-256\n')
  }
  const place = ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder]
  const settings = ['-c', 'fsync=off', '-c', 'shared_buffers=16MB']
  const server = createServerProcess({
    folder,
    program: postgresPath,
    args: [...place, ...settings, ...tls],
    stopSignal: 'SIGINT',
    isUp: () => run('postgres', 'SELECT 1')
  })
  await server.start()
  await run('postgres', `CREATE USER bookinfo SUPERUSER PASSWORD '${PASSWORD}'`)
  const envAt = (at: number) => ({
    SERVICE_VERSION: 'v2',
    DB_TYPE: 'postgres',
    POSTGRES_DB_HOST: '127.0.0.1',
    POSTGRES_DB_PORT: String(at),
    POSTGRES_DB_USER: 'bookinfo',
    POSTGRES_DB_PASSWORD: PASSWORD
  })
  const drop = 'DROP DATABASE IF EXISTS test WITH (FORCE)'

  return {
    type: 'postgres',
    port,
    env: envAt(port),
    envAt,
    couldNotRead: 'could not perform select',
    start: () => server.start(),
    stop: () => server.stop(),
    clear: async () => void (await run('postgres', drop, 'CREATE DATABASE test')),
    async createOriginal(rows) {
      await run('postgres', drop, 'CREATE DATABASE test')
      await run(
        'test',
        'CREATE TABLE ratings (ReviewID INT NOT NULL, Rating INT, PRIMARY KEY (ReviewID))',
        insertOriginal(rows)
      )
    },
    dumpOriginal: () =>
      run(
        'test',
        'SELECT * FROM ratings ORDER BY reviewid',
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'ratings' ORDER BY 1"
      ),
    setOriginal: async (row, stars) =>
      void (await run('test', `UPDATE ratings SET rating = ${stars ?? 'NULL'} WHERE reviewid = ${row + 1}`)),
    dropOriginal: async () => void (await run('test', 'DROP TABLE ratings')),
    fillProducts: async (count) =>
      void (await run(
        'test',
        `INSERT INTO bookinfo_products (product_id, revision) SELECT 1000000 + n, 1 FROM generate_series(1, ${count}) AS n`
      )),
    async connections() {
      const rows = await run(
        'postgres',
        "SELECT COUNT(*) AS n FROM pg_stat_activity WHERE application_name = 'bookinfo-ratings'"
      )
      return Number(rows[0]?.['n'])
    },
    async createReader() {
      await run(
        'postgres',
        `DO $$ BEGIN CREATE USER reader PASSWORD '${PASSWORD}'; EXCEPTION WHEN duplicate_object THEN NULL; END $$`
      )
      await run('test', 'GRANT SELECT ON ratings TO reader')
      return { ...envAt(port), POSTGRES_DB_USER: 'reader' }
    },
    trustReader: async () =>
      void (await run(
        'test',
        'GRANT ALL ON SCHEMA public TO reader',
        'GRANT ALL ON ALL TABLES IN SCHEMA public TO reader'
      )),
    dropDatabase: async () => void (await run('postgres', drop)),
    async waiting() {
      const rows = await run('postgres', "SELECT COUNT(*) AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
      return Number(rows[0]?.['n'])
    },
    async lock() {
      const client = new Client({ host: folder, port, user: 'postgres', database: 'test' })
      await client.connect()
      await client.query('BEGIN; UPDATE bookinfo_products SET revision = revision WHERE product_id = 0')
      return async () => {
        await client.query('COMMIT')
        await client.end()
      }
    },
    [Symbol.asyncDispose]: () => server.remove()
  }
}

function insertOriginal(rows: OriginalRows): string {
  const values = rows.map((stars, row) => `(${row + 1}, ${stars ?? 'NULL'})`)
  return values.length > 0
    ? `INSERT INTO ratings (ReviewID, Rating) VALUES ${values.join(', ')}`
    : 'SELECT 1 WHERE FALSE'
}

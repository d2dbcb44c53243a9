import { Client } from 'pg'
import { freePort } from '@bookinfo/service-kit/testing'
import { createServerProcess, serverFile, serverFolder } from './server-process.ts'
import type { ServerDatabase } from './test-database.ts'

/** `npm test` looks for the program and hands it on; empty means that there is none. */
export const pgbouncerPath = process.env['BOOKINFO_PGBOUNCER'] ?? ''

export type PoolMode = 'session' | 'transaction'

/** PgBouncer with the settings that it has by itself, before a PostgreSQL server. */
export async function startPgbouncer(database: ServerDatabase, mode: PoolMode) {
  const folder = await serverFolder('pgbouncer')
  const port = await freePort()
  const { POSTGRES_DB_USER: user = '', POSTGRES_DB_PASSWORD: password = '' } = database.env
  const users = await serverFile(folder, 'users.txt', `"${user}" "${password}"\n`)
  const settings = await serverFile(
    folder,
    'pgbouncer.ini',
    `[databases]
* = host=127.0.0.1 port=${database.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${users}
pool_mode = ${mode}
`
  )
  const isUp = async (): Promise<void> => {
    const client = new Client({ host: '127.0.0.1', port, user, password, database: 'postgres' })
    client.on('error', () => undefined)
    try {
      await client.connect()
      await client.query('SELECT 1')
    } finally {
      await client.end()
    }
  }
  const server = createServerProcess({ folder, program: pgbouncerPath, args: [settings], stopSignal: 'SIGTERM', isUp })
  await server.start()
  return { env: database.envAt(port), [Symbol.asyncDispose]: () => server.remove() }
}

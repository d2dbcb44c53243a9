import { createConnection, type Connection } from 'mysql2/promise'
import { dirname, join } from 'node:path'
import { freePort, type Env } from '@bookinfo/service-kit/testing'
import { createServerProcess, runAsServer, serverFile, serverFolder } from './server-process.ts'
import type { Certificate, LockableDatabase, OriginalRows, ServerDatabase } from './test-database.ts'

/** `npm test` looks for the server and hands it on; empty means that there is none, and says so itself. */
export const mariadbPath = process.env['BOOKINFO_MARIADB'] ?? ''

export const PASSWORD = 'a password that no log may show'

export interface MariadbServer extends ServerDatabase, LockableDatabase {
  run(sql: string): Promise<unknown[]>
  /** Settings for another user, who has the same password. */
  user(name: string): Env
  /** What services send during the work. */
  statements(work: () => Promise<void>): Promise<string[]>
}

/**
 * A MariaDB server with a folder and a port of its own.
 *
 * @param certificate if given, services must come by TLS
 */
export async function startMariadb(certificate?: Certificate): Promise<MariadbServer> {
  const folder = await serverFolder('mariadb')
  const port = await freePort()
  const data = join(folder, 'data')
  const install = join(dirname(mariadbPath), '../bin/mariadb-install-db')
  await runAsServer(
    install,
    [
      '--no-defaults',
      `--datadir=${data}`,
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
      '--skip-name-resolve'
    ],
    folder
  )
  const connect = () =>
    createConnection({ host: '127.0.0.1', port, user: 'root', connectTimeout: 5_000, multipleStatements: true })

  async function run(sql: string): Promise<unknown[]> {
    const connection = await connect()
    try {
      return await rowsOf(connection, sql)
    } finally {
      connection.destroy()
    }
  }

  const tls = certificate
    ? [
        `--ssl-cert=${await serverFile(folder, 'cert.pem', certificate.cert)}`,
        `--ssl-key=${await serverFile(folder, 'key.pem', certificate.key)}`
      ]
    : []
  const server = createServerProcess({
    folder,
    program: mariadbPath,
    args: [
      '--no-defaults',
      `--datadir=${data}`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      `--socket=${join(folder, 's')}`,
      '--skip-name-resolve',
      '--innodb-buffer-pool-size=32M',
      '--innodb-flush-log-at-trx-commit=0',
      '--skip-log-bin',
      ...tls
    ],
    stopSignal: 'SIGTERM',
    isUp: () => run('SELECT 1')
  })
  await server.start()
  await run(
    `CREATE USER bookinfo@'%' IDENTIFIED BY '${PASSWORD}'; GRANT ALL ON *.* TO bookinfo@'%'${certificate ? ' REQUIRE SSL' : ''}`
  )
  const envAt = (at: number) => ({
    SERVICE_VERSION: 'v2',
    DB_TYPE: 'mysql',
    MYSQL_DB_HOST: '127.0.0.1',
    MYSQL_DB_PORT: String(at),
    MYSQL_DB_USER: 'bookinfo',
    MYSQL_DB_PASSWORD: PASSWORD
  })

  return {
    type: 'mysql',
    port,
    env: envAt(port),
    envAt,
    couldNotRead: 'could not perform select',
    start: () => server.start(),
    stop: () => server.stop(),
    clear: async () => void (await run('DROP DATABASE IF EXISTS test; CREATE DATABASE test')),
    async createOriginal(rows) {
      // As in mysqldb-init.sql of the original.
      await run(`DROP DATABASE IF EXISTS test; CREATE DATABASE test; USE test;
        CREATE TABLE ratings (ReviewID INT NOT NULL, Rating INT, PRIMARY KEY (ReviewID)); ${insertOriginal(rows)}`)
    },
    dumpOriginal: () => run('USE test; SHOW CREATE TABLE ratings; SELECT * FROM ratings'),
    setOriginal: async (row, stars) =>
      void (await run(`UPDATE test.ratings SET Rating = ${stars ?? 'NULL'} WHERE ReviewID = ${row + 1}`)),
    dropOriginal: async () => void (await run('DROP TABLE test.ratings')),
    fillProducts: async (count) =>
      void (await run(
        `USE test; INSERT INTO bookinfo_products (product_id, revision) SELECT 1000000 + seq, 1 FROM seq_1_to_${count}`
      )),
    async connections() {
      const rows = await run(
        "SELECT COUNT(*) AS n FROM information_schema.processlist WHERE user <> 'root' AND user <> 'system user'"
      )
      return Number(Object(rows[0]).n)
    },
    async createReader() {
      await run(
        `CREATE OR REPLACE USER reader@'%' IDENTIFIED BY '${PASSWORD}'; GRANT SELECT ON test.ratings TO reader@'%'`
      )
      return { ...envAt(port), MYSQL_DB_USER: 'reader' }
    },
    trustReader: async () => void (await run("GRANT ALL ON test.* TO reader@'%'")),
    dropDatabase: async () => void (await run('DROP DATABASE IF EXISTS test')),
    run,
    user: (name) => ({ ...envAt(port), MYSQL_DB_USER: name }),
    async statements(work) {
      await run("SET GLOBAL log_output = 'TABLE'; TRUNCATE mysql.general_log; SET GLOBAL general_log = ON")
      await work()
      await run('SET GLOBAL general_log = OFF')
      const rows = await run(
        "SELECT CONVERT(argument USING utf8mb4) AS text FROM mysql.general_log WHERE user_host LIKE 'bookinfo%'"
      )
      return rows.map((row) => String(Object(row).text))
    },
    async lock() {
      const connection = await connect()
      await connection.query('BEGIN; UPDATE test.bookinfo_products SET revision = revision WHERE product_id = 0')
      return async () => {
        await connection.query('COMMIT')
        connection.destroy()
      }
    },
    [Symbol.asyncDispose]: () => server.remove()
  }
}

async function rowsOf(connection: Connection, sql: string): Promise<unknown[]> {
  const [answer] = await connection.query(sql)
  return Array.isArray(answer) ? answer.flat() : []
}

function insertOriginal(rows: OriginalRows): string {
  const values = rows.map((stars, row) => `(${row + 1}, ${stars ?? 'NULL'})`)
  return values.length > 0 ? `INSERT INTO ratings (ReviewID, Rating) VALUES ${values.join(', ')}` : ''
}

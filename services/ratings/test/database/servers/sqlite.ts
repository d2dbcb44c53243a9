import { DatabaseSync } from 'node:sqlite'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LockableDatabase } from './test-database.ts'

/** A file in a folder of its own. */
export async function startSqlite(): Promise<LockableDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'bookinfo-sqlite-'))
  const file = join(folder, 'ratings.db')

  async function run(...texts: string[]): Promise<unknown[]> {
    const database = new DatabaseSync(file, { timeout: 5_000 })
    try {
      return texts.flatMap((text) => database.prepare(text).all())
    } finally {
      database.close()
    }
  }
  const clear = async () => {
    for (const end of ['', '-wal', '-shm']) await rm(file + end, { force: true })
  }

  return {
    type: 'sqlite',
    env: { SERVICE_VERSION: 'v2', DB_TYPE: 'sqlite', SQLITE_DB_FILE: file },
    couldNotRead: 'could not perform select',
    clear,
    async createOriginal(rows) {
      await clear()
      const values = rows.map((stars, row) => `INSERT INTO ratings VALUES (${row + 1}, ${stars ?? 'NULL'})`)
      await run('CREATE TABLE ratings (ReviewID INT NOT NULL, Rating INT, PRIMARY KEY (ReviewID))', ...values)
    },
    dumpOriginal: () => run("SELECT sql FROM sqlite_master WHERE name = 'ratings'", 'SELECT * FROM ratings'),
    setOriginal: async (row, stars) =>
      void (await run(`UPDATE ratings SET Rating = ${stars ?? 'NULL'} WHERE ReviewID = ${row + 1}`)),
    dropOriginal: async () => void (await run('DROP TABLE ratings')),
    fillProducts: async (count) =>
      void (await run(
        `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${count})
         INSERT INTO bookinfo_products (product_id, revision) SELECT 1000000 + n, 1 FROM numbers`
      )),
    async lock() {
      const other = new DatabaseSync(file)
      other.exec('BEGIN IMMEDIATE')
      return async () => {
        other.exec('COMMIT')
        other.close()
      }
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true })
  }
}

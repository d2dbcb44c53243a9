import type { Dialect } from './dialect.ts'
import type { Run } from './pool.ts'
import { statements } from './statements.ts'

/**
 * Makes the tables that are missing, while any other replica that wants the same waits.
 *
 * @throws DatabaseError, which is `forbidden` where they cannot be made or written to
 */
export async function prepareSchema(dialect: Dialect, run: Run): Promise<void> {
  // A newer version is fine: it was made by a newer replica, and only adds.
  if ((await findVersion(dialect, run)) < dialect.migrations.length) await migrate(dialect, run)
  await run(statements.tryToInsert)
  await run(statements.tryToUpdate)
}

async function migrate(dialect: Dialect, run: Run): Promise<void> {
  for (const statement of dialect.lockSchema) await run(statement)
  const version = await findVersion(dialect, run)
  if (version === 0 && !(await isThere(dialect, run, 'ratings'))) {
    for (const statement of dialect.createOriginal) await run(statement)
  }
  for (const [index, migration] of dialect.migrations.entries()) {
    if (index < version) continue
    for (const statement of migration) await run(statement)
    await run(statements.addVersion, index + 1)
  }
  for (const statement of dialect.unlockSchema) await run(statement)
}

async function findVersion(dialect: Dialect, run: Run): Promise<number> {
  if (!(await isThere(dialect, run, 'bookinfo_schema'))) return 0
  const { rows } = await run(statements.selectVersion)
  return Number(rows[0]?.['version'] ?? 0)
}

async function isThere(dialect: Dialect, run: Run, table: string): Promise<boolean> {
  const { rows } = await run(dialect.findTable, table)
  return rows.length > 0
}

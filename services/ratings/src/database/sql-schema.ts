import { DatabaseError, type Access } from './database.ts'
import type { Dialect } from './dialect.ts'
import { statements, type Run } from './sql.ts'

/**
 * Makes the tables that are missing, while any other replica that wants the same waits.
 *
 * @returns whether they can be written to; where they cannot be, the original's table is still there to be read
 * @throws DatabaseError for anything but a lack of rights
 */
export async function prepareSchema(dialect: Dialect, run: Run): Promise<Access> {
  try {
    const wanted = dialect.migrations.length
    // A newer version is fine: it was made by a newer replica, and only adds.
    if ((await findVersion(dialect, run)) < wanted) await migrate(dialect, run)
    await run(statements.tryToInsert)
    await run(statements.tryToUpdate)
    return 'write'
  } catch (error) {
    if (error instanceof DatabaseError && error.kind === 'forbidden') return 'read'
    throw error
  }
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

import { DatabaseError, type Content } from '../database.ts'
import type { Dialect } from './dialect.ts'
import type { Run } from './pool.ts'
import { statements } from './statements.ts'

/**
 * Creates the tables that are missing.
 *
 * @throws DatabaseError, which is `forbidden` if the user may not create them or write to them
 */
export async function prepareSchema(dialect: Dialect, run: Run): Promise<void> {
  // A newer version was created by a newer replica. It only adds to this one.
  if (((await findVersion(dialect, run)) ?? 0) < dialect.migrations.length) await migrate(dialect, run)
  await run(statements.tryToInsert)
  await run(statements.tryToUpdate)
}

/** What can be read without creating anything. */
export async function findContent(dialect: Dialect, run: Run): Promise<Content> {
  try {
    const version = await findVersion(dialect, run)
    if (version !== undefined && version > 0) {
      await run(statements.selectGiven, -1)
      return 'all'
    }
    // Version 0: the original's table may have no rows yet.
    return version === undefined && (await isThere(dialect, run, 'ratings')) ? 'original' : 'nothing'
  } catch (error) {
    // Whoever may not read our tables may still read the original's.
    if (error instanceof DatabaseError && error.kind === 'forbidden') return 'original'
    throw error
  }
}

async function migrate(dialect: Dialect, run: Run): Promise<void> {
  for (const statement of dialect.lockSchema) await run(statement)
  await run(dialect.createVersions)
  let version = await findVersion(dialect, run)
  if (version === undefined && !(await isThere(dialect, run, 'ratings'))) {
    // From here on the table is ours to fill, even if this process ends before it has done so.
    await run(dialect.addVersion, 0)
    version = 0
  }
  if (version === 0) for (const statement of dialect.createOriginal) await run(statement)
  for (const [index, migration] of dialect.migrations.entries()) {
    if (index < (version ?? 0)) continue
    for (const statement of migration) await run(statement)
    await run(dialect.addVersion, index + 1)
  }
  for (const statement of dialect.unlockSchema) await run(statement)
}

/** Undefined before the first version. */
async function findVersion(dialect: Dialect, run: Run): Promise<number | undefined> {
  if (!(await isThere(dialect, run, 'bookinfo_schema'))) return undefined
  const { rows } = await run(statements.selectVersion)
  const version = rows[0]?.['version'] ?? undefined
  return version === undefined ? undefined : Number(version)
}

async function isThere(dialect: Dialect, run: Run, table: string): Promise<boolean> {
  const { rows } = await run(dialect.findTable, table)
  return rows.length > 0
}

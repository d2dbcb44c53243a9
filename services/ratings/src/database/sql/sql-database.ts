import type { GivenRatings, ProductId } from '@bookinfo/contracts'
import { mergeRatings, toStars, type OriginalStars } from '../../store/stored-ratings.ts'
import { MAX_PRODUCTS, MAX_REVIEWERS } from '../../store/store.ts'
import { readOnlyIfForbidden, type Access, type Database, type Refusal, type Use } from '../database.ts'
import type { Dialect } from './dialect.ts'
import type { Pool, Purpose, Run } from './pool.ts'
import { findContent, prepareSchema } from './schema.ts'
import { withConnection, type Address } from './session.ts'
import { statements } from './statements.ts'

export interface SqlDatabaseOptions {
  dialect: Dialect
  pool: Pool
  address: Address
}

/**
 * Ratings in an SQL database. The original's table is only read. Posted stars are in tables of our own, by product and
 * reviewer. Writers of one product take turns, so that none overwrites what another has written.
 */
export function createSqlDatabase({ dialect, pool, address }: SqlDatabaseOptions): Database {
  let system = dialect.system

  function connected(purpose: Purpose) {
    return <T>(use: Use, work: (run: Run) => Promise<T>): Promise<T> =>
      withConnection({ dialect, pool, purpose, address: { ...address, system } }, use, work)
  }
  const reading = connected('read')
  const writing = connected('write')

  async function write(run: Run, id: ProductId, given: GivenRatings) {
    // Before the transaction, so that other writers wait less.
    const before = await original(run)
    await run(dialect.begin)
    const refusal = await claim(run, id)
    if (refusal) return refuse(run, refusal)
    const merged = mergeRatings(id, before, { ...(await givenStars(run, id)), ...given })
    if (Object.keys(merged.ratings).length > MAX_REVIEWERS) return refuse(run, 'too many reviewers')
    const rows = Object.entries(given)
    await run(dialect.giveStars(rows.length), ...rows.flatMap(([reviewer, stars]) => [id, reviewer, stars]))
    await run(statements.commit)
    return merged
  }

  /** Locks the product for this transaction, and adds it if it is new. */
  async function claim(run: Run, id: ProductId): Promise<Refusal | undefined> {
    if ((await run(statements.claimProduct, id)).changed > 0) return undefined
    if (dialect.lockProducts) await run(dialect.lockProducts)
    if ((await run(statements.claimProduct, id)).changed > 0) return undefined
    const { rows } = await run(statements.countProducts)
    if (Number(rows[0]?.['products']) >= MAX_PRODUCTS) return 'too many products'
    await run(statements.addProduct, id)
    return undefined
  }

  /** The server's name for spans: MariaDB speaks MySQL's protocol. */
  async function findSystem(run: Run): Promise<void> {
    if (!dialect.selectServerVersion) return
    const { rows } = await run(dialect.selectServerVersion)
    system = String(rows[0]?.['version']).includes('MariaDB') ? 'mariadb' : dialect.system
  }

  return {
    type: dialect.type,
    inspect: (use) =>
      reading(use, async (run) => {
        await findSystem(run)
        return findContent(dialect, run)
      }),
    prepare: (use) =>
      writing<Access>(use, async (run) => {
        await prepareSchema(dialect, run)
        return 'write'
      }).catch(readOnlyIfForbidden),
    read: (id, content, use) =>
      reading(use, async (run) =>
        mergeRatings(id, await original(run), content === 'all' ? await givenStars(run, id) : {})
      ),
    write: (id, given, use) => writing(use, (run) => write(run, id, given)),
    ping: (use) => reading(use, async (run) => void (await run(statements.ping))),
    close: () => pool.close()
  }
}

async function refuse(run: Run, refusal: Refusal): Promise<Refusal> {
  await run(statements.rollback)
  return refusal
}

async function original(run: Run): Promise<OriginalStars> {
  const { rows } = await run(statements.selectOriginal)
  return rows.map(({ stars }) => toStars(stars))
}

async function givenStars(run: Run, id: ProductId): Promise<GivenRatings> {
  const { rows } = await run(statements.selectGiven, id)
  return Object.fromEntries(rows.map(({ reviewer, stars }) => [String(reviewer), Number(stars)]))
}

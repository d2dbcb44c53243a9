import type { GivenRatings, ProductId } from '@bookinfo/contracts'
import { MAX_PRODUCTS, MAX_REVIEWERS } from '../../store/store.ts'
import { readOnlyIfForbidden, type Access, type Database, type Refusal, type Use } from '../database.ts'
import type { Dialect } from './dialect.ts'
import { mergeRatings, toStars, type OriginalStars } from '../../store/stored-ratings.ts'
import { prepareSchema } from './schema.ts'
import { withConnection, type Address } from './session.ts'
import type { Pool, Run } from './pool.ts'
import { statements } from './statements.ts'

export interface SqlDatabaseOptions {
  dialect: Dialect
  pool: Pool
  address: Address
}

/**
 * Ratings in a database that speaks SQL. The original's table is read as it is; what is given here goes to tables of our
 * own, by product and reviewer. Writers of one product take turns, so none loses what another has written.
 */
export function createSqlDatabase({ dialect, pool, address }: SqlDatabaseOptions): Database {
  let system = dialect.system
  const use = <T>(how: Use, work: (run: Run) => Promise<T>): Promise<T> =>
    withConnection({ dialect, pool, address: { ...address, system } }, how, work)

  async function write(run: Run, id: ProductId, given: GivenRatings) {
    // Before others have to wait for this one.
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

  /** Takes the product for this transaction, and a place for it if it is new. */
  async function claim(run: Run, id: ProductId): Promise<Refusal | undefined> {
    if ((await run(statements.claimProduct, id)).changed > 0) return undefined
    if (dialect.lockProducts) await run(dialect.lockProducts)
    if ((await run(statements.claimProduct, id)).changed > 0) return undefined
    const { rows } = await run(statements.countProducts)
    if (Number(rows[0]?.['products']) >= MAX_PRODUCTS) return 'too many products'
    await run(statements.addProduct, id)
    return undefined
  }

  return {
    type: dialect.type,
    prepare: (how) =>
      use<Access>(how, async (run) => {
        if (dialect.selectVersion) {
          const { rows } = await run(dialect.selectVersion)
          system = String(rows[0]?.['version']).includes('MariaDB') ? 'mariadb' : dialect.system
        }
        await prepareSchema(dialect, run)
        return 'write'
      }).catch(readOnlyIfForbidden),
    read: (id, access: Access, how) =>
      use(how, async (run) =>
        mergeRatings(id, await original(run), access === 'write' ? await givenStars(run, id) : {})
      ),
    write: (id, given, how) => use(how, (run) => write(run, id, given)),
    ping: (how) => use(how, async (run) => void (await run(statements.ping))),
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

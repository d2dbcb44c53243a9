import type { FaultKind } from '../database.ts'
import type { Statement } from './pool.ts'

/** What differs from one SQL database to the next, beside the library that speaks to it. */
export interface Dialect {
  type: string
  system: 'mysql' | 'mariadb' | 'postgresql' | 'sqlite'
  begin: Statement
  /** New products are counted one after the other, or a bound would not hold; undefined where `begin` does it. */
  lockProducts?: Statement
  /** For as many reviewers: product, reviewer and stars of each by turns. */
  giveStars(reviewers: number): Statement
  /** One row if there is a table with the name that is its value, else none. */
  findTable: Statement
  /** Tells MySQL from MariaDB, which answer by the same protocol; undefined where there is nothing to tell. */
  selectVersion?: Statement
  /** Run one after the other around the making of tables: only one replica may do so at a time. */
  lockSchema: readonly Statement[]
  unlockSchema: readonly Statement[]
  /** The original's table with its two rows, where there is none; never touched where there is. */
  createOriginal: readonly Statement[]
  /** What each version of the schema adds, the first as version 1. Later ones may only add: older replicas go on. */
  migrations: readonly (readonly Statement[])[]
  /** The database's own code for an error, if it answered. */
  statusCode(error: object): string | undefined
  /** What codes mean, its own and the system's; the others mean that it failed. */
  faults: Partial<Record<FaultKind | 'noDatabase', readonly string[]>>
}

/** `CREATE TABLE` and the like. */
export function define(text: string, table?: string): Statement {
  return { text, operation: text.split(' ', 1)[0] ?? '', ...(table !== undefined && { table }) }
}

export const giveStarsTo = (reviewers: number): string =>
  `INSERT INTO bookinfo_ratings (product_id, reviewer, stars) VALUES ${Array(reviewers).fill('(?, ?, ?)').join(', ')}`

/** How a connection says that it is no more. */
export const lostCodes = ['ECONNRESET', 'EPIPE', 'ECONNREFUSED', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH']

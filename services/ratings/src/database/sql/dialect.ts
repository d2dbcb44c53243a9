import type { FaultKind } from '../database.ts'
import type { Statement } from './pool.ts'

/** The differences between SQL databases, apart from their libraries. */
export interface Dialect {
  type: string
  system: 'mysql' | 'mariadb' | 'postgresql' | 'sqlite'
  begin: Statement
  /** Only one writer at a time may count the products and add one, or the bound would not hold. Undefined if `begin` ensures it. */
  lockProducts?: Statement
  giveStars(reviewers: number): Statement
  /** One row if a table has the name that is its value, else none. */
  findTable: Statement
  /** Tells MariaDB from MySQL, which use the same protocol. */
  selectServerVersion?: Statement
  /** Around the creation of tables, so that one replica does it at a time. Empty if each step can be taken by several. */
  lockSchema: readonly Statement[]
  unlockSchema: readonly Statement[]
  /** The table of versions: empty, then 0 while the original's table is being created, then the version of the schema. */
  createVersions: Statement
  addVersion: Statement
  /** The original's table with its two rows. */
  createOriginal: readonly Statement[]
  /** What each version of the schema adds, the first as version 1. Later ones may only add, as older replicas go on. */
  migrations: readonly (readonly Statement[])[]
  /** The database's own code for an error, if it answered. */
  statusCode(error: object): string | undefined
  /** What the codes of database and system mean. Any other code means `failed`. */
  faults: Partial<Record<FaultKind | 'noDatabase', readonly string[]>>
}

/** The system's codes for a connection that broke. */
export const lostCodes = ['ECONNRESET', 'EPIPE', 'ECONNREFUSED', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH']

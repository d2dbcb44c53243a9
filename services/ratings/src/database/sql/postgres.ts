import type { Dialect } from './dialect.ts'
import { lostCodes } from './dialect.ts'
import { define, giveStarsTo } from './statements.ts'

/** Any number that no other program uses in this database. */
const SCHEMA_LOCK = 734_628_901

const begin = define('BEGIN ISOLATION LEVEL READ COMMITTED')

/** Codes: https://www.postgresql.org/docs/current/errcodes-appendix.html */
export const postgres: Dialect = {
  type: 'postgres',
  system: 'postgresql',
  begin,
  lockProducts: define('SELECT version FROM bookinfo_schema WHERE version = 1 FOR UPDATE', 'bookinfo_schema'),
  giveStars: (reviewers) =>
    define(
      `${giveStarsTo(reviewers)} ON CONFLICT (product_id, reviewer) DO UPDATE SET stars = excluded.stars`,
      'bookinfo_ratings'
    ),
  findTable: define('SELECT 1 AS found WHERE to_regclass(?) IS NOT NULL'),
  // The lock ends with the transaction, so it also works through a pooler.
  lockSchema: [begin, define(`SELECT pg_advisory_xact_lock(${SCHEMA_LOCK}) AS locked`)],
  unlockSchema: [define('COMMIT')],
  createVersions: define(
    'CREATE TABLE IF NOT EXISTS bookinfo_schema (version INT NOT NULL PRIMARY KEY)',
    'bookinfo_schema'
  ),
  addVersion: define('INSERT INTO bookinfo_schema (version) VALUES (?)', 'bookinfo_schema'),
  createOriginal: [
    define('CREATE TABLE ratings (ReviewID INT NOT NULL, Rating INT, PRIMARY KEY (ReviewID))', 'ratings'),
    define('INSERT INTO ratings (ReviewID, Rating) VALUES (1, 5), (2, 4)', 'ratings')
  ],
  migrations: [
    [
      define(
        'CREATE TABLE bookinfo_products (product_id INT NOT NULL PRIMARY KEY, revision INT NOT NULL)',
        'bookinfo_products'
      ),
      define(
        'CREATE TABLE bookinfo_ratings (product_id INT NOT NULL, reviewer VARCHAR(100) COLLATE "C" NOT NULL, ' +
          'stars SMALLINT NOT NULL, PRIMARY KEY (product_id, reviewer))',
        'bookinfo_ratings'
      )
    ]
  ],
  statusCode: (error) =>
    'code' in error && typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code) && 'severity' in error
      ? error.code
      : undefined,
  faults: {
    // Shut down, crashed, starting up, connection exceptions, ended for idling in a transaction; 08P01 comes from PgBouncer.
    lost: [...lostCodes, '57P01', '57P02', '57P03', '08000', '08003', '08006', '08P01', '25P03'],
    // Serialization failure, deadlock, lock not available, duplicate row, duplicate table.
    conflict: ['40001', '40P01', '55P03', '23505', '42P07'],
    missing: ['42P01'],
    forbidden: ['42501', '25006'],
    noDatabase: ['3D000']
  }
}

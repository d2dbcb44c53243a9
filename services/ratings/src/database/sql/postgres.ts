import { define, giveStarsTo, lostCodes, type Dialect } from './dialect.ts'

/** Any number will do that nobody else uses in this database. */
const SCHEMA_LOCK = 734_628_901

/** Codes: https://www.postgresql.org/docs/current/errcodes-appendix.html */
export const postgres: Dialect = {
  type: 'postgres',
  system: 'postgresql',
  begin: define('BEGIN ISOLATION LEVEL READ COMMITTED'),
  lockProducts: { ...define('SELECT version FROM bookinfo_schema FOR UPDATE'), table: 'bookinfo_schema' },
  giveStars: (reviewers) =>
    define(
      `${giveStarsTo(reviewers)} ON CONFLICT (product_id, reviewer) DO UPDATE SET stars = excluded.stars`,
      'bookinfo_ratings'
    ),
  findTable: define('SELECT 1 AS found WHERE to_regclass(?) IS NOT NULL'),
  lockSchema: [
    define('BEGIN ISOLATION LEVEL READ COMMITTED'),
    define(`SELECT pg_advisory_xact_lock(${SCHEMA_LOCK}) AS locked`)
  ],
  unlockSchema: [define('COMMIT')],
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
      ),
      define('CREATE TABLE bookinfo_schema (version INT NOT NULL PRIMARY KEY)', 'bookinfo_schema')
    ]
  ],
  statusCode: (error) =>
    'code' in error && typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code) && 'severity' in error
      ? error.code
      : undefined,
  faults: {
    // Shut down, crashed, starting up, connection exceptions, ended for having been idle in a transaction.
    lost: [...lostCodes, '57P01', '57P02', '57P03', '08000', '08003', '08006', '25P03'],
    // Serialization failure, deadlock, lock not available, another replica was faster.
    conflict: ['40001', '40P01', '55P03', '23505', '42P07'],
    missing: ['42P01'],
    forbidden: ['42501', '25006'],
    noDatabase: ['3D000']
  }
}

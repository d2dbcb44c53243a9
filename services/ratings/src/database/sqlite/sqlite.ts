import type { Dialect } from '../sql/dialect.ts'
import { define, giveStarsTo } from '../sql/statements.ts'

// Takes the right to write at once: a transaction that asks for it later may have to be given up.
const begin = define('BEGIN IMMEDIATE')

/** Codes: https://www.sqlite.org/rescode.html, the primary ones. */
export const sqlite: Dialect = {
  type: 'sqlite',
  system: 'sqlite',
  begin,
  giveStars: (reviewers) =>
    define(
      `${giveStarsTo(reviewers)} ON CONFLICT (product_id, reviewer) DO UPDATE SET stars = excluded.stars`,
      'bookinfo_ratings'
    ),
  findTable: define("SELECT 1 AS found FROM sqlite_master WHERE type = 'table' AND name = ?", 'sqlite_master'),
  lockSchema: [begin],
  unlockSchema: [define('COMMIT')],
  createVersions: define(
    'CREATE TABLE IF NOT EXISTS bookinfo_schema (version INTEGER NOT NULL PRIMARY KEY)',
    'bookinfo_schema'
  ),
  addVersion: define('INSERT INTO bookinfo_schema (version) VALUES (?)', 'bookinfo_schema'),
  createOriginal: [
    define('CREATE TABLE ratings (ReviewID INTEGER NOT NULL PRIMARY KEY, Rating INTEGER)', 'ratings'),
    define('INSERT INTO ratings (ReviewID, Rating) VALUES (1, 5), (2, 4)', 'ratings')
  ],
  migrations: [
    [
      define(
        'CREATE TABLE bookinfo_products (product_id INTEGER NOT NULL PRIMARY KEY, revision INTEGER NOT NULL)',
        'bookinfo_products'
      ),
      define(
        'CREATE TABLE bookinfo_ratings (product_id INTEGER NOT NULL, reviewer TEXT NOT NULL, stars INTEGER NOT NULL, ' +
          'PRIMARY KEY (product_id, reviewer))',
        'bookinfo_ratings'
      )
    ]
  ],
  // The lower byte is the primary code.
  statusCode: (error) => ('errcode' in error ? String(Number(error.errcode) & 255) : undefined),
  faults: {
    // Busy, locked.
    conflict: ['5', '6'],
    // An error in the statement. Our statements have none, so a table does not exist.
    missing: ['1'],
    // No permission, read-only.
    forbidden: ['3', '8']
  }
}

import type { Dialect } from './dialect.ts'
import { lostCodes } from './dialect.ts'
import { define, giveStarsTo } from './statements.ts'

/**
 * MySQL and MariaDB, in what both understand. Clusters such as Percona XtraDB refuse `CREATE TABLE … AS SELECT`, `GET_LOCK`,
 * `LOCK TABLES` and tables without a primary key in their strict mode, so nothing here uses them.
 *
 * https://docs.percona.com/percona-xtradb-cluster/8.0/strict-mode.html
 *
 * Codes: https://dev.mysql.com/doc/mysql-errors/en/server-error-reference.html
 */
export const mysql: Dialect = {
  type: 'mysql',
  system: 'mysql',
  begin: define('BEGIN'),
  lockProducts: define('SELECT version FROM bookinfo_schema WHERE version = 1 FOR UPDATE', 'bookinfo_schema'),
  giveStars: (reviewers) =>
    define(`${giveStarsTo(reviewers)} ON DUPLICATE KEY UPDATE stars = VALUES(stars)`, 'bookinfo_ratings'),
  findTable: define(
    'SELECT 1 AS found FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?',
    'information_schema.tables'
  ),
  selectServerVersion: define('SELECT VERSION() AS version'),
  // Each CREATE TABLE commits, so no transaction can hold a lock. Instead, every step may be repeated.
  lockSchema: [],
  unlockSchema: [],
  createVersions: define(
    'CREATE TABLE IF NOT EXISTS bookinfo_schema (version INT NOT NULL PRIMARY KEY) ENGINE = InnoDB',
    'bookinfo_schema'
  ),
  addVersion: define('INSERT IGNORE INTO bookinfo_schema (version) VALUES (?)', 'bookinfo_schema'),
  createOriginal: [
    define(
      'CREATE TABLE IF NOT EXISTS ratings (ReviewID INT NOT NULL, Rating INT, PRIMARY KEY (ReviewID)) ENGINE = InnoDB',
      'ratings'
    ),
    define('INSERT IGNORE INTO ratings (ReviewID, Rating) VALUES (1, 5), (2, 4)', 'ratings')
  ],
  migrations: [
    [
      define(
        'CREATE TABLE IF NOT EXISTS bookinfo_products (product_id INT NOT NULL PRIMARY KEY, revision INT NOT NULL) ENGINE = InnoDB',
        'bookinfo_products'
      ),
      // Names are compared letter by letter, as in JSON, and not by the rules of a language.
      define(
        'CREATE TABLE IF NOT EXISTS bookinfo_ratings (product_id INT NOT NULL, ' +
          'reviewer VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL, stars TINYINT NOT NULL, ' +
          'PRIMARY KEY (product_id, reviewer)) ENGINE = InnoDB',
        'bookinfo_ratings'
      )
    ]
  ],
  statusCode: (error) => ('errno' in error && Number(error.errno) > 0 ? String(error.errno) : undefined),
  faults: {
    // Shutdown in progress, connection killed, and the library's own word.
    lost: [...lostCodes, 'PROTOCOL_CONNECTION_LOST', '1053', '1927', '2006', '2013'],
    // Lock wait timeout, deadlock, duplicate row, duplicate table.
    conflict: ['1205', '1213', '1062', '1050'],
    missing: ['1146'],
    // Denied for a database, table, column or statement; the server is read-only.
    forbidden: ['1044', '1142', '1143', '1227', '1290', '1370', '1792', '1836'],
    noDatabase: ['1049']
  }
}

import { define, giveStarsTo, lostCodes, type Dialect } from './dialect.ts'

/** MySQL and MariaDB, in what both understand. Codes: https://dev.mysql.com/doc/mysql-errors/en/server-error-reference.html */
export const mysql: Dialect = {
  type: 'mysql',
  system: 'mysql',
  begin: define('BEGIN'),
  lockProducts: { ...define('SELECT version FROM bookinfo_schema FOR UPDATE'), table: 'bookinfo_schema' },
  giveStars: (reviewers) =>
    define(`${giveStarsTo(reviewers)} ON DUPLICATE KEY UPDATE stars = VALUES(stars)`, 'bookinfo_ratings'),
  findTable: define(
    'SELECT 1 AS found FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?',
    'information_schema.tables'
  ),
  selectVersion: define('SELECT VERSION() AS version'),
  // It commits around each CREATE TABLE, so a transaction would not do.
  lockSchema: [define("SELECT GET_LOCK('bookinfo_schema', 5) AS locked")],
  unlockSchema: [define("SELECT RELEASE_LOCK('bookinfo_schema') AS released")],
  // One statement: whatever happens, nobody finds the table without its rows.
  createOriginal: [
    define(
      'CREATE TABLE IF NOT EXISTS ratings (ReviewID INT NOT NULL, Rating INT, PRIMARY KEY (ReviewID)) ENGINE = InnoDB ' +
        'AS SELECT 1 AS ReviewID, 5 AS Rating UNION ALL SELECT 2, 4',
      'ratings'
    )
  ],
  migrations: [
    [
      define(
        'CREATE TABLE IF NOT EXISTS bookinfo_products (product_id INT NOT NULL PRIMARY KEY, revision INT NOT NULL) ENGINE = InnoDB',
        'bookinfo_products'
      ),
      // Names are compared letter by letter, as JSON does, and not as words of a language.
      define(
        'CREATE TABLE IF NOT EXISTS bookinfo_ratings (product_id INT NOT NULL, ' +
          'reviewer VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL, stars TINYINT NOT NULL, ' +
          'PRIMARY KEY (product_id, reviewer)) ENGINE = InnoDB',
        'bookinfo_ratings'
      ),
      define(
        'CREATE TABLE IF NOT EXISTS bookinfo_schema (version INT NOT NULL PRIMARY KEY) ENGINE = InnoDB',
        'bookinfo_schema'
      )
    ]
  ],
  statusCode: (error) => ('errno' in error && Number(error.errno) > 0 ? String(error.errno) : undefined),
  faults: {
    // Server shutdown in progress, connection killed, and what the library calls its own.
    lost: [...lostCodes, 'PROTOCOL_CONNECTION_LOST', '1053', '1927', '2006', '2013'],
    // Lock wait timeout, deadlock, another replica was faster.
    conflict: ['1205', '1213', '1062', '1050'],
    missing: ['1146'],
    // Denied: database, table, column, statement; server is read-only.
    forbidden: ['1044', '1142', '1143', '1227', '1290', '1370', '1792', '1836'],
    noDatabase: ['1049']
  }
}

import type { Statement } from './pool.ts'

/** `CREATE TABLE` and the like. */
export function define(text: string, table?: string): Statement {
  return { text, operation: text.split(' ', 1)[0] ?? '', ...(table !== undefined && { table }) }
}

/** Reads and writes that are the same in every dialect. */
export const statements = {
  selectOriginal: define('SELECT Rating AS stars FROM ratings ORDER BY ReviewID LIMIT 2', 'ratings'),
  selectGiven: define('SELECT reviewer, stars FROM bookinfo_ratings WHERE product_id = ?', 'bookinfo_ratings'),
  /** Locks the product's row until the transaction ends, so that writers of one product take turns. */
  claimProduct: define(
    'UPDATE bookinfo_products SET revision = revision + 1 WHERE product_id = ?',
    'bookinfo_products'
  ),
  countProducts: define('SELECT COUNT(*) AS products FROM bookinfo_products', 'bookinfo_products'),
  addProduct: define('INSERT INTO bookinfo_products (product_id, revision) VALUES (?, 1)', 'bookinfo_products'),
  commit: define('COMMIT'),
  rollback: define('ROLLBACK'),
  ping: define('SELECT 1 AS answer'),
  selectVersion: define('SELECT MAX(version) AS version FROM bookinfo_schema', 'bookinfo_schema'),
  /** Changes nothing, as no product has this number, but fails without the right to write. */
  tryToInsert: define(
    'INSERT INTO bookinfo_ratings (product_id, reviewer, stars) ' +
      'SELECT product_id, reviewer, stars FROM bookinfo_ratings WHERE product_id = -1',
    'bookinfo_ratings'
  ),
  tryToUpdate: define('UPDATE bookinfo_ratings SET stars = stars WHERE product_id = -1', 'bookinfo_ratings')
} satisfies Record<string, Statement>

/** Placeholders for product, reviewer and stars, as many times as there are reviewers. */
export const giveStarsTo = (reviewers: number): string =>
  `INSERT INTO bookinfo_ratings (product_id, reviewer, stars) VALUES ${Array(reviewers).fill('(?, ?, ?)').join(', ')}`

import type { Statement } from './pool.ts'

/** Reads and writes that are the same in every dialect. */
export const statements = {
  selectOriginal: {
    text: 'SELECT Rating AS stars FROM ratings ORDER BY ReviewID LIMIT 2',
    operation: 'SELECT',
    table: 'ratings'
  },
  selectGiven: {
    text: 'SELECT reviewer, stars FROM bookinfo_ratings WHERE product_id = ?',
    operation: 'SELECT',
    table: 'bookinfo_ratings'
  },
  /** Takes the product's row until the transaction ends, so that writers of one product take turns. */
  claimProduct: {
    text: 'UPDATE bookinfo_products SET revision = revision + 1 WHERE product_id = ?',
    operation: 'UPDATE',
    table: 'bookinfo_products'
  },
  countProducts: {
    text: 'SELECT COUNT(*) AS products FROM bookinfo_products',
    operation: 'SELECT',
    table: 'bookinfo_products'
  },
  addProduct: {
    text: 'INSERT INTO bookinfo_products (product_id, revision) VALUES (?, 1)',
    operation: 'INSERT',
    table: 'bookinfo_products'
  },
  commit: { text: 'COMMIT', operation: 'COMMIT' },
  rollback: { text: 'ROLLBACK', operation: 'ROLLBACK' },
  ping: { text: 'SELECT 1 AS answer', operation: 'SELECT' },
  selectVersion: {
    text: 'SELECT MAX(version) AS version FROM bookinfo_schema',
    operation: 'SELECT',
    table: 'bookinfo_schema'
  },
  addVersion: {
    text: 'INSERT INTO bookinfo_schema (version) VALUES (?)',
    operation: 'INSERT',
    table: 'bookinfo_schema'
  },
  /** Changes nothing, as no product has such a number, but fails for who may not write. */
  tryToInsert: {
    text:
      'INSERT INTO bookinfo_ratings (product_id, reviewer, stars) ' +
      'SELECT product_id, reviewer, stars FROM bookinfo_ratings WHERE product_id = -1',
    operation: 'INSERT',
    table: 'bookinfo_ratings'
  },
  tryToUpdate: {
    text: 'UPDATE bookinfo_ratings SET stars = stars WHERE product_id = -1',
    operation: 'UPDATE',
    table: 'bookinfo_ratings'
  }
} satisfies Record<string, Statement>

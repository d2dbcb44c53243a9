import { DatabaseError, type Database } from './database.ts'

/**
 * In place of a database that nobody has named. The service runs all the same, as the original's does, and says so.
 *
 * @param reason what is missing, for the operator
 */
export function createMissingDatabase(type: string, reason: string): Database {
  const fail = () => Promise.reject(new DatabaseError('unreachable', { code: reason }))
  return { type, prepare: fail, read: fail, write: fail, ping: fail, close: async () => undefined }
}

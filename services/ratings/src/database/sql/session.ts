import type { DatabaseCall } from '@bookinfo/service-kit'
import { DatabaseError, type FaultKind, type Use } from '../database.ts'
import type { Dialect } from './dialect.ts'
import type { Connection, Pool, Run } from './pool.ts'
import { untilAborted } from '../database.ts'

/** Where a database is, as spans say it. */
export interface Address {
  namespace: string
  server?: { address: string; port: number }
}

interface Place {
  dialect: Dialect
  pool: Pool
  address: Address & { system: DatabaseCall['system'] }
}

/**
 * Works with one connection: given back when all is well; else closed, as nobody knows in which state it is.
 *
 * @throws DatabaseError
 */
export async function withConnection<T>(place: Place, use: Use, work: (run: Run) => Promise<T>): Promise<T> {
  const { dialect, address } = place
  const connection = await connect(place, use.signal)
  const run: Run = async (statement, ...values) => {
    const { operation, table: collection } = statement
    const end = use.observe({ ...address, operation, collection })
    try {
      const result = await untilAborted(use.signal, connection.run(statement, values, use.signal))
      end()
      return result
    } catch (error) {
      const fault = toDatabaseError(dialect, error)
      end({ type: fault.statusCode ?? fault.code, statusCode: fault.statusCode })
      throw fault
    }
  }
  try {
    const result = await work(run)
    connection.release()
    return result
  } catch (error) {
    connection.destroy()
    throw toDatabaseError(dialect, error)
  }
}

async function connect(place: Place, signal: AbortSignal): Promise<Connection> {
  const { dialect, pool } = place
  const connecting = pool.connect(signal)
  try {
    return await untilAborted(signal, connecting)
  } catch (error) {
    // It may come yet, and then belongs to the next who asks.
    connecting.then(
      (connection) => connection.release(),
      () => undefined
    )
    const { code, statusCode } = toDatabaseError(dialect, error)
    if (pool.createDatabase && statusCode && dialect.faults.noDatabase?.includes(statusCode)) {
      const created = await untilAborted(signal, pool.createDatabase()).then(
        () => true,
        () => false
      )
      if (created) return connect({ ...place, pool: { ...pool, createDatabase: undefined } }, signal)
    }
    throw new DatabaseError('unreachable', { code, statusCode, cause: error })
  }
}

function toDatabaseError(dialect: Dialect, error: unknown): DatabaseError {
  if (error instanceof DatabaseError) return error
  if (!(error instanceof Error) || error instanceof TypeError) {
    return new DatabaseError('failed', { code: error instanceof Error ? error.name : 'error', cause: error })
  }
  if (error.name === 'TimeoutError') return new DatabaseError('lost', { code: 'timeout', cause: error })
  const statusCode = dialect.statusCode(error)
  const code = wordFor(error) ?? statusCode
  // What a library says by itself, without a code, is about its connection.
  if (code === undefined) return new DatabaseError('lost', { code: 'connection lost', cause: error })
  return new DatabaseError(kindOf(dialect, [code, statusCode]), { code, statusCode, cause: error })
}

/** How the library or the system calls an error; what Node calls every error of SQLite says nothing. */
function wordFor(error: object): string | undefined {
  if ('errstr' in error) return String(error.errstr)
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

const kinds: readonly FaultKind[] = ['lost', 'conflict', 'missing', 'forbidden']

function kindOf({ faults }: Dialect, codes: readonly (string | undefined)[]): FaultKind {
  const meant = (kind: FaultKind) => codes.some((code) => code !== undefined && faults[kind]?.includes(code))
  return kinds.find(meant) ?? 'failed'
}

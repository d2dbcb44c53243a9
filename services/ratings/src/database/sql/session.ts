import type { DatabaseCall } from '@bookinfo/service-kit'
import { DatabaseError, untilAborted, type FaultKind, type Use } from '../database.ts'
import type { Dialect } from './dialect.ts'
import type { Connection, Pool, Purpose, Run } from './pool.ts'

/** The address of a database, for its spans. */
export interface Address {
  namespace: string
  server?: { address: string; port: number }
}

interface Place {
  dialect: Dialect
  pool: Pool
  purpose: Purpose
  address: Address & { system: DatabaseCall['system'] }
}

/**
 * Works with one connection. After a failure it is closed, as its state is unknown.
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
      const fault = toFault(dialect, error)
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
    throw toFault(dialect, error)
  }
}

async function connect(place: Place, signal: AbortSignal): Promise<Connection> {
  const { dialect, pool, purpose } = place
  const connecting = pool.connect(signal, purpose)
  try {
    return await untilAborted(signal, connecting)
  } catch (error) {
    // A connection that comes too late goes back to the pool.
    connecting.then(
      (connection) => connection.release(),
      () => undefined
    )
    const { code, statusCode } = toFault(dialect, error)
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

function toFault(dialect: Dialect, error: unknown): DatabaseError {
  if (error instanceof DatabaseError) return error
  if (!(error instanceof Error) || error instanceof TypeError) {
    return new DatabaseError('failed', { code: error instanceof Error ? error.name : 'error', cause: error })
  }
  if (error.name === 'TimeoutError') return new DatabaseError('lost', { code: 'timeout', cause: error })
  const statusCode = dialect.statusCode(error)
  const code = wordFor(error) ?? statusCode
  // A library's own error without a code is about its connection.
  if (code === undefined) return new DatabaseError('lost', { code: 'connection lost', cause: error })
  return new DatabaseError(kindOf(dialect, [code, statusCode]), { code, statusCode, cause: error })
}

/** The library's or the system's word for an error. Node has the same `code` for every error of SQLite, so `errstr` comes first. */
function wordFor(error: object): string | undefined {
  if ('errstr' in error) return String(error.errstr)
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

const kinds: readonly FaultKind[] = ['lost', 'conflict', 'missing', 'forbidden']

function kindOf({ faults }: Dialect, codes: readonly (string | undefined)[]): FaultKind {
  const hasCode = (kind: FaultKind) => codes.some((code) => code !== undefined && faults[kind]?.includes(code))
  return kinds.find(hasCode) ?? 'failed'
}

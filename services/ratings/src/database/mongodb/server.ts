import { DatabaseError, type FaultKind } from '../database.ts'
import type { TlsOptions } from '../tls.ts'

/** How to reach MongoDB, and how much of it to use. */
export interface MongoOptions {
  url: string
  database: string
  tls: TlsOptions | undefined
  /** Milliseconds for one command. */
  timeoutMs: number
  idleTimeoutMs: number
  maxConnections: number
}

/** https://www.mongodb.com/docs/manual/reference/command/: the first key is the command's name. */
export type Command = Record<string, unknown>
export type Reply = Record<string, unknown>

export interface MongoServer {
  /** Of several the first. */
  address: { address: string; port: number }
  command(command: Command): Promise<Reply>
  failureOf(error: unknown): MongoFailure
  close(): Promise<void>
}

/** What the library says of a failure. */
export interface MongoFailure {
  /** Of the library's error class. */
  name: string
  /** The server's, if it answered. */
  code?: number | undefined
}

/** https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml */
const codes: Partial<Record<FaultKind, readonly number[]>> = {
  // Authentication failed; or there are too many who ask.
  unreachable: [18, 202],
  // Host unreachable, not found, timed out, shut down, stepped down: in a replica set another takes over.
  lost: [6, 7, 89, 91, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436],
  // Write conflict, or somebody else has inserted the same.
  conflict: [112, 11000],
  // Unauthorized, or Atlas's word for it.
  forbidden: [13, 8000]
}
const kinds = ['unreachable', 'lost', 'conflict', 'forbidden'] as const

/** Errors of the library that are about finding a server, and those about the connection to it. */
const searching = new Set(['MongoServerSelectionError', 'MongoWaitQueueTimeoutError'])
const connecting = /^Mongo(Network|Pool|ConnectionPool|ClientClosed|TopologyClosed)/

export function toDatabaseError(error: unknown, { name, code }: MongoFailure): DatabaseError {
  if (error instanceof DatabaseError) return error
  if (code !== undefined) {
    const kind = kinds.find((each) => codes[each]?.includes(code)) ?? 'failed'
    return new DatabaseError(kind, { code: String(code), statusCode: String(code), cause: error })
  }
  if (name === 'TimeoutError') return new DatabaseError('lost', { code: 'timeout', cause: error })
  if (searching.has(name)) return new DatabaseError('unreachable', { code: name, cause: error })
  return new DatabaseError(connecting.test(name) ? 'lost' : 'failed', { code: name, cause: error })
}

/** What a server says of writes that it refuses, in an answer that is otherwise good. */
export function throwWriteErrors(reply: Reply): void {
  const [first] = Array.isArray(reply['writeErrors']) ? reply['writeErrors'] : []
  const problem: unknown = first ?? reply['writeConcernError']
  if (typeof problem !== 'object' || problem === null) return
  const code = 'code' in problem && typeof problem.code === 'number' ? problem.code : undefined
  const message = 'errmsg' in problem ? String(problem.errmsg) : 'a write was refused'
  throw toDatabaseError(new Error(message), { name: 'write refused', code })
}

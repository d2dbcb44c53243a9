import { MongoClient, MongoServerError, MongoTopologyClosedError } from 'mongodb'
import type { MongoFailure, MongoOptions, MongoServer } from '../database/mongodb/server.ts'

/** Milliseconds after which a server that has come back is noticed without being asked. */
const HEARTBEAT_MS = 1_000

/**
 * A MongoDB server or replica set. It connects at the first command. The library sends commands unchanged and repeats none.
 *
 * @throws the library's error for an invalid address
 */
export function createMongoServer(options: MongoOptions): MongoServer {
  const { url, database, tls, timeoutMs, idleTimeoutMs, maxConnections } = options
  const open = (): MongoClient =>
    new MongoClient(url, {
      appName: 'bookinfo-ratings',
      maxPoolSize: maxConnections,
      maxIdleTimeMS: idleTimeoutMs,
      heartbeatFrequencyMS: HEARTBEAT_MS,
      connectTimeoutMS: timeoutMs,
      // Half of the time is for finding a server, the other half for the command.
      serverSelectionTimeoutMS: timeoutMs / 2,
      waitQueueTimeoutMS: timeoutMs,
      // A connection without an answer is closed.
      socketTimeoutMS: timeoutMs,
      ...(tls && {
        tls: true,
        tlsAllowInvalidHostnames: !tls.checkHost,
        ...(tls.ca !== undefined && { ca: tls.ca })
      })
    })
  let client = open()
  const [host] = client.options.hosts

  return {
    address: { address: host?.host ?? 'localhost', port: host?.port ?? 27_017 },
    async command(command) {
      const current = client
      try {
        return await current.db(database).command(command)
      } catch (error) {
        // A client stays closed after its first connection has failed.
        if (error instanceof MongoTopologyClosedError && client === current) {
          client = open()
          await current.close()
        }
        throw error
      }
    },
    failureOf,
    close: () => client.close()
  }
}

function failureOf(error: unknown): MongoFailure {
  if (!(error instanceof Error)) return { name: 'error' }
  const code = error instanceof MongoServerError && typeof error.code === 'number' ? error.code : undefined
  return { name: error.name, code }
}

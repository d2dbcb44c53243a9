import { MongoClient, MongoServerError, MongoTopologyClosedError } from 'mongodb'
import type { MongoFailure, MongoOptions, MongoServer } from '../database/mongodb/server.ts'

/** Milliseconds after which a server that has come back is noticed without being asked. */
const HEARTBEAT_MS = 1_000

/**
 * A MongoDB server or replica set, reached when it is first asked. It sends commands as they are given: what they mean is
 * no matter of the library, and nothing is sent twice unless the caller does.
 *
 * @throws whatever the library says of an address that is none
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
      // Half of the time for finding a server, as all of it would leave none for asking it.
      serverSelectionTimeoutMS: timeoutMs / 2,
      waitQueueTimeoutMS: timeoutMs,
      // A server that has stopped answering loses its connection, and nobody waits for it any longer.
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
        // A client whose first connection came to nothing stays closed for ever.
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

import type { Document } from 'bson'
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { createCollections, MongoError } from './collections.ts'
import { createScram } from './scram.ts'
import { takeMessages, writeReply, type Message } from './wire.ts'

interface User {
  password: string
  /** What it may do, by collection of `test`; `*` is every one. */
  rights: Record<string, readonly string[]>
}

const EVERYTHING: User['rights'] = { '*': ['find', 'insert', 'update', 'listCollections', 'admin'] }

/** What a server says of itself; the version of the wire is that of MongoDB 7.0. */
const greeting = {
  isWritablePrimary: true,
  ismaster: true,
  helloOk: true,
  maxBsonObjectSize: 16_777_216,
  maxMessageSizeBytes: 48_000_000,
  maxWriteBatchSize: 100_000,
  logicalSessionTimeoutMinutes: 30,
  minWireVersion: 0,
  maxWireVersion: 21,
  readOnly: false,
  ok: 1
}

/**
 * Stands in for MongoDB where no server is on the machine: the wire protocol, sign-in, rights, and the commands that the
 * store uses. It is no proof of what a real server does with them.
 */
export function createMongoStandIn(port: number) {
  const collections = createCollections()
  const users = new Map<string, User>()
  const sockets = new Set<Socket>()
  /** Those that have asked for more than how the server is. */
  const used = new Set<Socket>()
  let server: Server | undefined

  function serve(socket: Socket): void {
    sockets.add(socket)
    const scram = createScram((name) => users.get(name)?.password)
    let user: User | undefined
    let arrived = Buffer.alloc(0)

    async function answer(message: Message): Promise<void> {
      // Commands of several connections take turns, as they would with a server.
      await nextTurn()
      const { command } = message
      const [name = ''] = Object.keys(command)
      let reply: Document
      try {
        if (!/^(hello|ismaster)$/i.test(name)) used.add(socket)
        switch (name) {
          case 'hello':
          case 'ismaster':
          case 'isMaster':
            reply = { ...greeting, ...('saslSupportedMechs' in command && { saslSupportedMechs: ['SCRAM-SHA-256'] }) }
            if ('speculativeAuthenticate' in command) {
              reply['speculativeAuthenticate'] = scram.start(command['speculativeAuthenticate'])
            }
            break
          case 'saslStart':
            reply = scram.start(command)
            break
          case 'saslContinue': {
            const signedIn = scram.continue(command)
            if (!signedIn) throw new MongoError(18, 'Authentication failed.')
            user = users.get(signedIn.user)
            reply = signedIn.reply
            break
          }
          default:
            reply = { ...run(name, command, user), ok: 1 }
        }
      } catch (error) {
        const code = error instanceof MongoError ? error.code : 1
        reply = { ok: 0, errmsg: error instanceof Error ? error.message : String(error), code }
      }
      socket.write(writeReply(message, reply))
    }

    socket.on('data', (bytes) => {
      const { messages, rest } = takeMessages(Buffer.concat([arrived, bytes]))
      arrived = Buffer.from(rest)
      for (const message of messages) void answer(message)
    })
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      sockets.delete(socket)
      used.delete(socket)
    })
  }

  function run(name: string, command: Document, user: User | undefined): Document {
    const collection = String(command[name])
    // Before the first user is made, everybody on the machine may do everything.
    const may = (action: string): void => {
      const rights = users.size === 0 ? EVERYTHING : (user?.rights ?? {})
      const given = [...(rights['*'] ?? []), ...(rights[collection] ?? [])]
      if (!given.includes(action)) throw new MongoError(13, `not authorized on test to execute command ${name}`)
    }
    switch (name) {
      case 'ping':
      case 'endSessions':
        return {}
      case 'find': {
        may('find')
        const found = collections.find(collection, command['filter'], command['skip'], command['limit'])
        // Of projections only the one to the number is known.
        const firstBatch = Object(command['projection'])['_id'] === 1 ? found.map(({ _id }) => ({ _id })) : found
        return { cursor: { id: 0n, ns: `test.${collection}`, firstBatch } }
      }
      case 'listCollections': {
        may('listCollections')
        const all = collections.names().map((each) => ({ name: each, type: 'collection' }))
        const firstBatch = all.filter((each) => each.name === (command['filter']?.name ?? each.name))
        return { cursor: { id: 0n, ns: 'test.$cmd.listCollections', firstBatch } }
      }
      case 'create':
        may('insert')
        collections.create(collection)
        return {}
      case 'insert':
        may('insert')
        return eachWrite(command['documents'], (document) => collections.insert(collection, document))
      case 'update':
        may('update')
        return eachWrite(
          command['updates'],
          ({ q, u, upsert = false }) => void collections.change(collection, q, u, upsert)
        )
      case 'findAndModify': {
        may('update')
        const { query, update, upsert = false } = command
        const { before, after, isNew } = collections.change(collection, query, update, upsert)
        const value = (command['new'] === true ? after : before) ?? null
        return { lastErrorObject: { n: after ? 1 : 0, updatedExisting: before !== undefined, isNew }, value }
      }
      case 'drop':
        may('admin')
        collections.drop(collection)
        return {}
      case 'dropDatabase':
        may('admin')
        collections.clear()
        return {}
      case 'createUser':
        may('admin')
        users.set(collection, { password: command['pwd'], rights: rightsOf(command['roles']) })
        return {}
      case 'createRole':
        may('admin')
        roles.set(collection, rightsOf(command['privileges']))
        return {}
      case 'grantRolesToUser': {
        may('admin')
        const known = users.get(collection)
        if (known) known.rights = { ...known.rights, ...rightsOf(command['roles']) }
        return {}
      }
      default:
        throw new MongoError(59, `no such command: '${name}'`)
    }
  }

  const roles = new Map<string, User['rights']>()
  function rightsOf(given: Document[]): User['rights'] {
    const all = given.flatMap((each) => {
      if (each['resource']) return [[each['resource'].collection, each['actions']]]
      return each['role'] === 'root' || each['role'] === 'readWrite'
        ? Object.entries(EVERYTHING)
        : Object.entries(roles.get(each['role']) ?? {})
    })
    return Object.fromEntries(all)
  }

  return {
    async start() {
      server = createServer(serve).listen(port, '127.0.0.1')
      await once(server, 'listening')
    },
    async stop() {
      if (!server?.listening) return
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
    /** Connections by which commands have come. */
    connections: () => used.size
  }
}

function eachWrite(given: Document[], write: (each: Document) => void): Document {
  const writeErrors: Document[] = []
  for (const [index, each] of given.entries()) {
    try {
      write(each)
    } catch (error) {
      const code = error instanceof MongoError ? error.code : 1
      writeErrors.push({ index, code, errmsg: error instanceof Error ? error.message : String(error) })
      break
    }
  }
  return { n: given.length - writeErrors.length, ...(writeErrors.length > 0 && { writeErrors }) }
}

import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'

/** A caller's connection: its requests in flight, and its latest request. */
interface Connection {
  requests: number
  last: IncomingMessage | undefined
}

const connections = new WeakMap<Socket, Connection>()

/** Whether the latest request of a connection is still being received. */
export function isReceiving(socket: Socket): boolean {
  return connections.get(socket)?.last?.complete === false
}

/** Whether no later request has come on the connection of this one. Only pipelining brings one before the answer. */
export function isLatest(request: IncomingMessage): boolean {
  return connections.get(request.socket)?.last === request
}

/** The connection of a request that has just begun. */
export function connectionOf(request: IncomingMessage): Connection {
  const { socket } = request
  const connection = connections.get(socket) ?? { requests: 0, last: undefined }
  connections.set(socket, connection)
  connection.last = request
  return connection
}

import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'

/** A connection of a caller: its requests in flight, and the last request that it began. */
interface Connection {
  requests: number
  last: IncomingMessage | undefined
}

const connections = new WeakMap<Socket, Connection>()

/** Whether the last request of a connection has not come completely. */
export function isReceiving(socket: Socket): boolean {
  return connections.get(socket)?.last?.complete === false
}

/** The connection of a request that has just begun. */
export function connectionOf(request: IncomingMessage): Connection {
  const { socket } = request
  const connection = connections.get(socket) ?? { requests: 0, last: undefined }
  connections.set(socket, connection)
  connection.last = request
  return connection
}

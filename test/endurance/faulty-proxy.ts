import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** What a call may meet. Between two faults all is well for as long. */
const faults = ['none', 'reset', 'none', 'silence', 'none', 'half', 'none', 'garbage', 'none', 'late'] as const
type Fault = (typeof faults)[number]

const LATE_MS = 400

export interface FaultyProxy extends AsyncDisposable {
  port: number
  /** Changes what new connections, and those that are open, meet. */
  nextFault(): void
}

/** Passes connections on, and breaks them in the ways that a network and a dying server have. */
export async function startFaultyProxy(target: number): Promise<FaultyProxy> {
  let turn = 0
  const fault = (): Fault => faults[turn % faults.length] ?? 'none'
  const sockets = new Set<Socket>()
  const server = createServer((caller) => {
    if (fault() === 'reset') caller.resetAndDestroy()
    else pass(caller)
  })
  const pass = (caller: Socket): void => {
    const service = connect({ port: target, host: '127.0.0.1' })
    for (const socket of [caller, service]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        // A late answer is passed on before the end.
        const waitMs = fault() === 'late' ? 2 * LATE_MS : 0
        setTimeout(() => [caller, service].forEach((one) => one.destroy()), waitMs)
      })
    }
    caller.on('data', (bytes) => void service.write(bytes))
    service.on('data', (bytes) => answer(caller, bytes, fault()))
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    nextFault: () => void (turn += 1),
    async [Symbol.asyncDispose]() {
      server.close()
      for (const socket of sockets) socket.destroy()
    }
  }
}

function answer(caller: Socket, bytes: Buffer, fault: Fault): void {
  switch (fault) {
    case 'none':
      return void caller.write(bytes)
    case 'reset':
      return void caller.resetAndDestroy()
    case 'silence':
      return
    case 'half':
      return void caller.end(bytes.subarray(0, bytes.length / 2))
    case 'garbage':
      return void caller.end('this is not HTTP\r\n\r\n')
    case 'late':
      return void setTimeout(() => caller.write(bytes), LATE_MS)
    default:
      return fault satisfies never
  }
}

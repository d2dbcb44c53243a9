import { Failure } from '@bookinfo/cli'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { HOST, PORT_COUNT, type Place } from './topology.ts'

/** Browsers try this address first for "localhost", so another program there would answer them. */
const HOST_IPV6 = '::1'

const IN_USE = 'EADDRINUSE'

/** The advice for a port that is in use. */
export const OTHER_PORTS = `take ${PORT_COUNT} other ports with --base-port N (for example npm start -- --base-port 9180)`

/** @throws Failure naming the first place whose port is taken */
export async function checkPorts(places: readonly Pick<Place, 'name' | 'port'>[]): Promise<void> {
  for (const { name, port } of places) {
    const problem = await findProblem(port)
    if (problem === IN_USE) {
      throw new Failure(`port ${port}, which ${name} needs, is in use: stop the program that has it, or ${OTHER_PORTS}`)
    }
    if (problem !== undefined) throw new Failure(`cannot listen on port ${port} for ${name}: ${problem}`)
  }
}

/** @returns the error code if a program cannot have this port for itself */
export async function findProblem(port: number): Promise<string | undefined> {
  const problem = await tryToListen(HOST, port)
  if (problem !== undefined) return problem
  return (await tryToListen(HOST_IPV6, port)) === IN_USE ? IN_USE : undefined
}

/** Listens on this machine alone. @param port 0 takes a free one @returns the port */
export async function listen(server: Server, port = 0): Promise<number> {
  server.listen({ host: HOST, port })
  await once(server, 'listening')
  const address: AddressInfo | string | null = server.address()
  return typeof address === 'object' && address !== null ? address.port : port
}

/** @returns the error code of a failure */
async function tryToListen(host: string, port: number): Promise<string | undefined> {
  const server = createServer()
  try {
    server.listen({ host, port, exclusive: true })
    await once(server, 'listening')
    server.close()
    await once(server, 'close')
    return undefined
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error)
  }
}

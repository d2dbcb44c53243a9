import { Failure } from '@bookinfo/cli'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { HOST, PORT_COUNT, type Place } from './topology.ts'

/** Browsers try it first for "localhost", so a stranger there would answer in our place. */
const HOST_IPV6 = '::1'

const IN_USE = 'EADDRINUSE'

/** What else one can do about a port that is in use. */
export const OTHER_PORTS = `take ${PORT_COUNT} other ports with --base-port N (for example npm start -- --base-port 9180)`

/** @throws Failure naming the first place whose port is taken */
export async function checkPorts(places: readonly Place[]): Promise<void> {
  for (const { name, port } of places) {
    const problem = await findProblem(port)
    if (problem === IN_USE) {
      throw new Failure(`port ${port}, which ${name} needs, is in use: stop the program that has it, or ${OTHER_PORTS}`)
    }
    if (problem !== undefined) throw new Failure(`cannot listen on port ${port} for ${name}: ${problem}`)
  }
}

/** @returns the code of what keeps a program from having this port for itself, if anything does */
export async function findProblem(port: number): Promise<string | undefined> {
  const problem = await tryToListen(HOST, port)
  if (problem !== undefined) return problem
  return (await tryToListen(HOST_IPV6, port)) === IN_USE ? IN_USE : undefined
}

/** @returns the code of what went wrong, if anything did */
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

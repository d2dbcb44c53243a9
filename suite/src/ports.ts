import { once } from 'node:events'
import { createServer } from 'node:net'
import { Failure } from './failure.ts'
import { HOST, SUITE_SIZE, type Place } from './topology.ts'

/** Browsers try it first for "localhost", so a stranger there would answer in our place. */
const HOST_IPV6 = '::1'

/** @throws Failure naming the first place whose port is taken */
export async function checkPorts(places: readonly Place[]): Promise<void> {
  for (const { name, port } of places) {
    for (const host of [HOST, HOST_IPV6]) {
      const problem = await tryToListen(host, port)
      if (problem === 'EADDRINUSE') {
        throw new Failure(
          `port ${port}, which ${name} needs, is in use: stop the program that has it, ` +
            `or take ${SUITE_SIZE} other ports with --base-port N (for example npm start -- --base-port 9180)`
        )
      }
      if (problem !== undefined && host === HOST)
        throw new Failure(`cannot listen on port ${port} for ${name}: ${problem}`)
    }
  }
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

import { Failure } from '@bookinfo/images'
import { once } from 'node:events'
import { createServer } from 'node:net'

/** @throws Failure if another program has the port, or it cannot be had */
export async function requireFreePort(host: string, port: number): Promise<void> {
  const server = createServer()
  try {
    server.listen({ host, port, exclusive: true })
    await once(server, 'listening')
    const closed = once(server, 'close')
    server.close()
    await closed
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    const why = code === 'EADDRINUSE' ? 'is in use: stop the program that has it, or' : `cannot be had (${code}):`
    throw new Failure(`port ${port} ${why} take another with --port N`)
  }
}

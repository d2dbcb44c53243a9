import { Failure } from '@bookinfo/cli'
import { once } from 'node:events'
import { open } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'

/** One gibibyte holds the ratings of every product and reviewer. The file is sparse. */
const DATA_DISK_BYTES = 1024 ** 3

/** A port that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen({ host: '127.0.0.1', port: 0 })
  await once(server, 'listening')
  const address = server.address()
  await close(server)
  return typeof address === 'object' && address !== null ? address.port : 0
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  await closed
}

/** @throws Failure if another program uses the port, or this user may not open it */
export async function requireFreePort(host: string, port: number): Promise<void> {
  const server = createServer()
  try {
    server.listen({ host, port, exclusive: true })
    await once(server, 'listening')
    await close(server)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    const why = code === 'EADDRINUSE' ? 'is in use: stop its program or' : `cannot be opened (${code}):`
    throw new Failure(`port ${port} ${why} choose another with --port N`)
  }
}

/** Makes an empty file for a machine's second disk if there is no file yet. @throws Failure if that is impossible */
export async function requireDataDisk(file: string): Promise<void> {
  try {
    await using made = await open(file, 'wx')
    await made.truncate(DATA_DISK_BYTES)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return
    throw new Failure(`--data must be a writable file: ${error instanceof Error ? error.message : String(error)}`)
  }
}

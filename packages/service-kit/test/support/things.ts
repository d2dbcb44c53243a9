import { once } from 'node:events'
import type { Server } from 'node:net'
import { Type } from 'typebox'
import { createUpstream, type HttpClient } from '../../src/index.ts'

/** An upstream that answers with an object. No call to it is late. */
export function thingsOf(origin: string, dispatcher: HttpClient) {
  return createUpstream({ name: 'things', origins: [origin], schema: Type.Object({}), timeoutMs: 30_000, dispatcher })
}

/** Listens with a server on a free port. */
export async function originOf(server: Server): Promise<string> {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
}

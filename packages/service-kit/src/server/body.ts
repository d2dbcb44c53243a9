import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Readable } from 'node:stream'
import { BodyBrokenOff, BodyTooLarge } from './errors.ts'

/** Bytes of a too large body that are read and discarded, so that the sender gets the answer. */
const DRAIN_LIMIT = 4 * 1024 * 1024

/**
 * Reads the bodies of the routes of an app or plugin, with any content type (curl sends JSON as a form). The rest of a body
 * beyond the route's `bodyLimit` is drained: if the connection closed at once, the kernel would drop the answer.
 *
 * @param parse makes `request.body` of the bytes, given the content type as it was sent; validation follows
 */
export function readBodies(app: BodyReader, parse: (bytes: Buffer, contentType: string) => unknown): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', async (request: FastifyRequest, payload: Readable) =>
    parse(await readBody(payload, request), request.headers['content-type'] ?? '')
  )
}

/** Parses JSON. @returns undefined for invalid JSON, which validation refuses like JSON of a wrong shape */
export function parseJson(text: Buffer | string): unknown {
  try {
    return JSON.parse(text.toString())
  } catch {
    return undefined
  }
}

type BodyReader = Pick<FastifyInstance, 'removeAllContentTypeParsers'> & {
  addContentTypeParser(type: '*', parser: (request: FastifyRequest, payload: Readable) => Promise<unknown>): unknown
}

async function readBody(payload: Readable, { routeOptions, is404 }: FastifyRequest): Promise<Buffer> {
  const limit = routeOptions.bodyLimit ?? 0
  const { bytes, length } = await drainBody(payload, limit)
  if (length > limit && !is404) throw new BodyTooLarge(limit)
  return bytes
}

/**
 * Reads a body to its end, or its first 4 MiB, and keeps its first bytes up to a limit. A caller that refuses bodies must answer
 * with `connection: close`, as more bytes may come.
 *
 * @throws BodyBrokenOff if the body breaks off
 */
export async function drainBody(payload: Readable, limit = 0): Promise<{ bytes: Buffer; length: number }> {
  const chunks: Buffer[] = []
  let length = 0
  try {
    // Unread bytes close the connection, but only after the answer.
    for await (const chunk of payload.iterator({ destroyOnReturn: false })) {
      length += chunk.length
      if (length <= limit) chunks.push(chunk)
      else if (length > DRAIN_LIMIT) break
    }
  } catch (cause) {
    // The caller went away or sent a malformed body. This service did not fail.
    throw new BodyBrokenOff({ cause })
  }
  return { bytes: Buffer.concat(chunks), length }
}

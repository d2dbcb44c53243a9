import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Readable } from 'node:stream'
import { BodyBrokenOff, BodyTooLarge } from './errors.ts'

/** How much of a body that is too large is read and thrown away, so that the sender hears the answer. */
const DRAIN_LIMIT = 4 * 1024 * 1024

/**
 * Reads the bodies of an app's or a plugin's routes, whatever their content type (curl sends JSON as a form). Beyond the
 * route's `bodyLimit` the rest is drained first: closing at once makes the kernel drop the answer.
 *
 * @param parse makes `request.body` of the bytes, given the content type as it was sent; validation follows
 */
export function readBodies(app: BodyReader, parse: (bytes: Buffer, contentType: string) => unknown): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', async (request: FastifyRequest, payload: Readable) =>
    parse(await readBody(payload, request), request.headers['content-type'] ?? '')
  )
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
 * Reads a body to its end, or 4 MiB far, and keeps the first of it, up to a limit. For what refuses bodies unread, too: the
 * answer has to say `connection: close`, as there may be more.
 *
 * @throws BodyBrokenOff if the end does not come
 */
export async function drainBody(payload: Readable, limit = 0): Promise<{ bytes: Buffer; length: number }> {
  const chunks: Buffer[] = []
  let length = 0
  try {
    // What is left unread closes the connection, but after the answer and not before.
    for await (const chunk of payload.iterator({ destroyOnReturn: false })) {
      length += chunk.length
      if (length <= limit) chunks.push(chunk)
      else if (length > DRAIN_LIMIT) break
    }
  } catch (cause) {
    // The caller went away or sent nonsense; that is no failure of this service.
    throw new BodyBrokenOff({ cause })
  }
  return { bytes: Buffer.concat(chunks), length }
}

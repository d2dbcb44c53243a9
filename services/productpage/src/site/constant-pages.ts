import { negotiate } from '@fastify/accept-negotiator'
import type { App } from '@bookinfo/service-kit'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

const MAX_PAGES = 100
/** Smaller content grows by compression. */
export const COMPRESSION_THRESHOLD_BYTES = 1024
/** The default level, 11, is too slow for pages that are compressed at each request. */
export const brotliOptions = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }

const compressibleTypes = /^(text\/|application\/json|image\/svg)/

/** Renders each page once. A page is a Buffer, which `compressOnce` recognises. */
export function rememberPages(): (key: string, render: () => string) => Buffer {
  const pages = new Map<string, Buffer>()
  return (key, render) => {
    const page = pages.get(key) ?? Buffer.from(render())
    // Keys may come from requests, so their number has a limit.
    if (pages.size >= MAX_PAGES) pages.clear()
    pages.set(key, page)
    return page
  }
}

/**
 * Compresses each Buffer once for each encoding and sends the result again with the same Buffer: files, the OpenAPI document and
 * pages that never change. `@fastify/compress` handles all other answers.
 */
export function compressOnce(app: App): void {
  const compressors = {
    br: (content: Buffer) => promisify(brotliCompress)(content, brotliOptions),
    gzip: (content: Buffer) => promisify(gzip)(content)
  }
  const compressed = { br: new WeakMap<Buffer, Promise<Buffer>>(), gzip: new WeakMap<Buffer, Promise<Buffer>>() }

  app.addHook('onSend', async (request, reply, payload) => {
    if (!Buffer.isBuffer(payload) || payload.length < COMPRESSION_THRESHOLD_BYTES) return payload
    if (!compressibleTypes.test(String(reply.getHeader('content-type')))) return payload
    const accepted = (request.headers['accept-encoding'] ?? '').toLowerCase()
    const encoding = negotiate(accepted, ['br', 'gzip', 'identity'])
    if (encoding !== 'br' && encoding !== 'gzip') return payload
    const content = compressed[encoding].get(payload) ?? compressors[encoding](payload)
    compressed[encoding].set(payload, content)
    void reply.header('content-encoding', encoding)
    return content
  })
}

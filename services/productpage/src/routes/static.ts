import type { FastifyPluginAsyncTypebox } from '@bookinfo/service-kit'
import { assets } from '../assets.ts'

const FOR_EVER = 'public, max-age=31536000, immutable'
/** An address without the content's version may be kept, but is asked about each time. */
const ASK_AGAIN = 'no-cache'

/** The site's files, each at an address of its own: there is no path to traverse. */
export const staticRoutes: FastifyPluginAsyncTypebox = async (app) => {
  for (const { path, type, content, version } of assets) {
    // Weak, because it is the same for each compression of the content.
    const etag = `W/"${version}"`
    app.get<{ Querystring: { v?: string } }>(
      path,
      { config: { quiet: true }, schema: { hide: true } },
      async (request, reply) => {
        void reply.headers({ etag, 'cache-control': request.query.v === version ? FOR_EVER : ASK_AGAIN })
        const known = request.headers['if-none-match']?.split(',').map((tag) => tag.trim())
        if (known?.includes(etag) || known?.includes('*')) return reply.code(304).send()
        return reply.type(type).send(content)
      }
    )
  }
}

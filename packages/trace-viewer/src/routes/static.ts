import type { FastifyPluginAsyncTypebox } from '@bookinfo/service-kit'
import { assets } from '../assets.ts'

const FOR_EVER = 'public, max-age=31536000, immutable'

/** The pages' files, each at an address of its own: there is no path to traverse. */
export const staticRoutes: FastifyPluginAsyncTypebox = async (app) => {
  for (const { path, type, content, version } of assets) {
    app.get<{ Querystring: { v?: string } }>(
      path,
      { config: { quiet: true }, schema: { hide: true } },
      async (request, reply) => {
        const caching = request.query.v === version ? FOR_EVER : 'no-cache'
        return reply.header('cache-control', caching).type(type).send(content)
      }
    )
  }
}

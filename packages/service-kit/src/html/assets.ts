import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { createHash } from 'node:crypto'

const FOR_EVER = 'public, max-age=31536000, immutable'
/** For an address without a version: clients may cache the file, but must revalidate it each time. */
const ASK_AGAIN = 'no-cache'

/** A file of a site, in memory. A bundle contains its files, so there is no folder to serve from. */
export interface Asset {
  path: string
  type: string
  content: Buffer
  /** Changes with the content. An address with it may be cached for ever. */
  version: string
}

/** @param type the content type in full */
export function asset(path: string, type: string, content: Buffer): Asset {
  return { path, type, content, version: createHash('sha256').update(content).digest('base64url').slice(0, 12) }
}

/** The address to use in a page. */
export function href({ path, version }: Asset): string {
  return `${path}?v=${version}`
}

export interface AssetRoutesOptions {
  assets: readonly Asset[]
}

/** Serves each file by its own route, so there is no path to traverse. */
export const assetRoutes: FastifyPluginAsyncTypebox<AssetRoutesOptions> = async (app, { assets }) => {
  for (const { path, type, content, version } of assets) {
    // Weak, because it is the same for each compression of the content.
    const etag = `W/"${version}"`
    app.get<{ Querystring: { v?: string } }>(
      path,
      { config: { quiet: true }, schema: { hide: true } },
      async (request, reply) => {
        void reply.headers({ etag, 'cache-control': request.query.v === version ? FOR_EVER : ASK_AGAIN })
        if (isKnown(request.headers['if-none-match'], version)) return reply.code(304).send()
        return reply.type(type).send(content)
      }
    )
  }
}

/** RFC 9110, 13.1.2: a list of entity tags, compared weakly, or an asterisk alone. */
function isKnown(ifNoneMatch: string | undefined, version: string): boolean {
  if (ifNoneMatch === undefined) return false
  return ifNoneMatch.trim() === '*' || [...ifNoneMatch.matchAll(/"([^"]*)"/g)].some(([, tag]) => tag === version)
}

import type { FastifyRequest } from '@bookinfo/service-kit'

/** Deeper paths are those of error pages alone. */
const MAX_DEPTH = 20

/**
 * The relative address of the site's root, seen from a request's path: `./`, `../` and so on. Links begin with it, so that pages
 * work under any path prefix that a gateway removes. Repeated slashes count once, as a gateway may leave one too many.
 *
 * A gateway can also remove the whole path, so that `/bookinfo` becomes `/`. For that case `X-Forwarded-Prefix` counts, a list to
 * which each gateway adds.
 */
export function rootOf({ url, headers }: Pick<FastifyRequest, 'url' | 'headers'>): string {
  const depth = (url.split('?', 1)[0] ?? '').split(/\/+/).length - 2
  if (depth > MAX_DEPTH) return '/'
  if (depth > 0) return '../'.repeat(depth)
  const elements = [headers['x-forwarded-prefix'] ?? []].flat().join(',').split(',')
  const prefix = elements.map((element) => element.trim().replace(/\/$/, '')).join('')
  return /^\/{1,}$/.test(url.split('?', 1)[0] ?? '') && isPath(prefix) ? `${prefix}/` : './'
}

function isPath(text: string): boolean {
  return text.length <= 200 && /^(\/(?!\.{1,2}(\/|$))[A-Za-z0-9._~-]+)+$/.test(text)
}

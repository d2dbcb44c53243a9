import type { FastifyRequest } from '@bookinfo/service-kit'
import { isOwnOrigin } from './csrf.ts'

const PRODUCT_PAGE = 'productpage'

/** The last segments of the paths of the site's pages. */
const pages = new Set(['', 'index.html', PRODUCT_PAGE, 'docs'])

/**
 * The redirect target after sign-in and sign-out: the page in the Referer with its query, if it is one of this site's pages, else
 * the product page. It is relative to `/login` and `/logout`, so it works under any path prefix that a gateway removes. The
 * original redirected to the Referer as it came, to any site and any scheme.
 */
export function redirectTarget(request: FastifyRequest, publicOrigins: readonly string[]): string {
  const from = URL.parse(request.headers.referer ?? '')
  if (!from || !isOwnOrigin(from.href, request, publicOrigins)) return PRODUCT_PAGE
  const page = from.pathname.slice(from.pathname.lastIndexOf('/') + 1)
  return pages.has(page) ? `${page || './'}${from.search}` : PRODUCT_PAGE
}

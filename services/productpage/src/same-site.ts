import type { FastifyRequest } from '@bookinfo/service-kit'

/**
 * Whether a browser says that a page of another site has sent this request. Scripts and programs say nothing, and are not
 * what this guards against. https://www.w3.org/TR/fetch-metadata/ where the browser sends it, else `Origin`.
 */
export function comesFromElsewhere({ headers }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site']
  // `none` is the reader's own doing: a restored tab, for example.
  if (site !== undefined) return site !== 'same-origin' && site !== 'none'
  const { origin, host } = headers
  if (origin === undefined) return false
  // `null` has no host, but a request need not have one either.
  const from = URL.parse(origin)?.host
  return !from || from !== host
}

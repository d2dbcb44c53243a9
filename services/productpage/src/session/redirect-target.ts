/** Where to send somebody whose way back is unknown, leads off the site or to no page. */
const HOME = '/productpage'

/**
 * They show error pages, with the form to sign in, but are no pages: one may only be posted to, as in the original, and the
 * other would sign out who has just signed in.
 */
const noPages = new Set(['/login', '/logout'])

/**
 * The page from which somebody signed in or out, as a path on this site. The original sent people to the Referer as it
 * came, to any site and any scheme, and to `None` without one.
 */
export function redirectTarget(referer: string | undefined, host: string): string {
  const from = URL.parse(referer ?? '')
  // An address of another kind has no host, but neither has a request without one; its path may be a whole address.
  if (!from || from.host === '' || from.host !== host) return HOME
  if (noPages.has(from.pathname)) return HOME
  const path = from.pathname + from.search
  // `//elsewhere` would be read as another host.
  return path.startsWith('//') ? HOME : path
}

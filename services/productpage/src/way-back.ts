/** Where to send somebody whose way back is unknown or leads off the site. */
const HOME = '/productpage'

/**
 * The page from which somebody signed in or out, as a path on this site. The original sent people to the Referer as it
 * came, to any site and any scheme, and to `None` without one.
 */
export function wayBack(referer: string | undefined, host: string): string {
  if (referer === undefined || !URL.canParse(referer)) return HOME
  const from = new URL(referer)
  const path = from.pathname + from.search
  // `//elsewhere` would be read as another host.
  return from.host === host && !path.startsWith('//') ? path : HOME
}

import { sendSecurityHeaders, type App } from '@bookinfo/service-kit'

/**
 * Pages have no scripts, and load only the site's own styles and pictures.
 *
 * @param pictureUrl of a picture from elsewhere; empty if there is none
 */
export function protectPages(app: App, frameAncestors: string, pictureUrl: string): void {
  const sources = frameAncestors.split(/[ ,]+/).map((source) => (/^[a-z]+$/.test(source) ? `'${source}'` : source))
  const policy = {
    'default-src': "'none'",
    'style-src': "'self'",
    'img-src': pictureUrl === '' ? "'self'" : `'self' ${new URL(pictureUrl).origin}`,
    'form-action': "'self'",
    'base-uri': "'none'",
    'frame-ancestors': sources.join(' ')
  }
  sendSecurityHeaders(app, policy, {
    // Sign-in and sign-out redirect to the page in the Referer.
    'referrer-policy': 'same-origin',
    // This older header knows no list; browsers that know both use the policy above.
    ...(frameAncestors === 'self' && { 'x-frame-options': 'SAMEORIGIN' })
  })
}

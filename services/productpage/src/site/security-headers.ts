/**
 * Options of `@fastify/helmet`. Pages have no scripts, and load only the site's own styles and pictures.
 *
 * @param pictureUrl of a picture from elsewhere; empty if there is none
 */
export function securityHeaders(frameAncestors: string, pictureUrl: string) {
  const sources = frameAncestors.split(/[ ,]+/).map((source) => (/^[a-z]+$/.test(source) ? `'${source}'` : source))
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", ...(pictureUrl === '' ? [] : [new URL(pictureUrl).origin])],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: sources
      }
    },
    // This older header knows no list; browsers that know both use the policy above.
    xFrameOptions: frameAncestors === 'self' && { action: 'sameorigin' as const },
    // Sign-in and sign-out redirect to the page in the Referer.
    referrerPolicy: { policy: 'same-origin' as const },
    // A gateway ends TLS and sends these. Over plain HTTP browsers only warn about them.
    strictTransportSecurity: false,
    crossOriginOpenerPolicy: false,
    originAgentCluster: false
  }
}

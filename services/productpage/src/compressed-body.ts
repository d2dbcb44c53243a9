import { createError, drainBody, type App } from '@bookinfo/service-kit'

const CompressedBody = createError(
  'BOOKINFO_COMPRESSED_BODY',
  'the request body is compressed: please send it as it is',
  415
)

/**
 * Refuses bodies that would have to be unpacked before they are read: a few bytes may hold any number of them, and no browser
 * compresses a form. They are drained first, as all are, so that the sender hears the answer, which says what RFC 9110, 12.5.3,
 * asks for.
 */
export function refuseCompressedBodies(app: App): void {
  app.addHook('preParsing', async ({ method, headers, is404 }, reply, payload) => {
    const { 'content-encoding': coding = 'identity' } = headers
    if (method !== 'POST' || is404 || coding.toLowerCase() === 'identity') return
    void reply.headers({ 'accept-encoding': 'identity', connection: 'close' })
    await drainBody(payload)
    throw new CompressedBody()
  })
}

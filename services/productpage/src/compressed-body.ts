import { createError, type App } from '@bookinfo/service-kit'

const CompressedBody = createError(
  'BOOKINFO_COMPRESSED_BODY',
  'the request body is compressed: please send it as it is',
  415
)

/**
 * Refuses bodies that would have to be unpacked before they are read: a few bytes may hold any number of them, and no browser
 * compresses a form. The answer says so as RFC 9110, 12.5.3, has it.
 */
export function refuseCompressedBodies(app: App): void {
  app.addHook('preParsing', async ({ method, headers, is404 }, reply) => {
    const { 'content-encoding': coding = 'identity' } = headers
    if (method !== 'POST' || is404 || coding === 'identity') return
    void reply.header('accept-encoding', 'identity')
    throw new CompressedBody()
  })
}

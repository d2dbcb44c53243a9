import { createError, drainBody, type App } from '@bookinfo/service-kit'

/** The content types in which browsers send forms. */
const formTypes = /^(application\/x-www-form-urlencoded|multipart\/form-data)\b/i

export function isForm(contentType: string): boolean {
  return formTypes.test(contentType)
}

/**
 * Reads the text fields of a form. Of several fields with the same name the first counts. Any other content type has no fields.
 *
 * @throws if a multipart form is malformed
 */
export async function parseForm(bytes: Buffer, contentType: string): Promise<Record<string, string>> {
  if (!isForm(contentType)) return {}
  const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': contentType } }).formData()
  const fields: Record<string, string> = {}
  for (const [name, value] of form) {
    if (typeof value === 'string' && !Object.hasOwn(fields, name)) fields[name] = value
  }
  return fields
}

const CompressedBody = createError(
  'BOOKINFO_COMPRESSED_BODY',
  'the request body is compressed: please send it uncompressed',
  415
)

/**
 * Refuses compressed bodies: a few bytes may unpack to any size, and no browser compresses a form. Bodies are drained before the
 * answer, so that the sender receives it. `Accept-Encoding` in the answer follows RFC 9110, 12.5.3.
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

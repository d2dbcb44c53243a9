import { createError, type FastifyPluginAsyncTypebox } from '@bookinfo/service-kit'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { Type } from 'typebox'
import { readRun, writeRun, type Stores } from '../run-file.ts'

/** Bytes of a file as it is sent; unpacked it may have as many as a request of spans. */
const BODY_LIMIT = 4 * 1024 * 1024

const NoFile = createError(
  'BOOKINFO_NO_FILE',
  'choose a file that a trace viewer has saved, or send it as the body',
  400
)
const pack = promisify(gzip)

/** Saves what is kept in one file, and takes such a file. */
export const runFileRoutes: FastifyPluginAsyncTypebox<Stores> = async (app, stores) => {
  const about = (summary: string) => ({ tags: ['bookinfo'], summary })

  app.get(
    '/api/run',
    { schema: about('All traces that fit, and their log lines, as one gzip file') },
    async (_, reply) =>
      reply
        .type('application/gzip')
        .header('content-disposition', 'attachment; filename="bookinfo-run.ndjson.gz"')
        .send(await pack(writeRun(stores)))
  )

  app.post(
    '/api/run',
    {
      bodyLimit: BODY_LIMIT,
      schema: {
        ...about('Takes such a file, as the body or as the field "file" of a form'),
        response: { 200: Type.Object({ spans: Type.Integer(), lines: Type.Integer() }) }
      }
    },
    async (request, reply) => {
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
      const type = request.headers['content-type'] ?? ''
      const isForm = type.startsWith('multipart/form-data')
      const file = isForm ? await fileOf(body, type) : body
      if (file.length === 0) throw new NoFile()
      const taken = await readRun(file, stores)
      return isForm ? reply.redirect('/', 303) : taken
    }
  )
}

async function fileOf(body: Buffer, contentType: string): Promise<Buffer> {
  try {
    const form = await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData()
    const file = form.get('file')
    return file instanceof File ? Buffer.from(await file.arrayBuffer()) : Buffer.alloc(0)
  } catch (error) {
    throw new NoFile({ cause: error })
  }
}

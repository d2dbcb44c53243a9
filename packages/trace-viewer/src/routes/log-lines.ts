import { createError, type FastifyPluginAsyncTypebox } from '@bookinfo/service-kit'
import { Type } from 'typebox'
import { readLogLine } from '../log-line.ts'
import type { LogStore } from '../log-store.ts'

const BODY_LIMIT = 1024 * 1024

/** A browser sends this type for another site's page only after a CORS preflight. */
const NDJSON = 'application/x-ndjson'

const NotNdjson = createError('BOOKINFO_NOT_NDJSON', `send ${NDJSON}: one JSON object in each line`, 415)

export interface LogLineRoutesOptions {
  logs: LogStore
}

/** Receives the log lines of services from the program that starts them. */
export const logLineRoutes: FastifyPluginAsyncTypebox<LogLineRoutesOptions> = async (app, { logs }) => {
  app.post(
    '/api/log-lines',
    {
      bodyLimit: BODY_LIMIT,
      config: { quiet: true },
      schema: {
        tags: ['bookinfo'],
        summary: 'Takes pino’s lines; those with a trace_id are shown with their trace',
        consumes: [NDJSON],
        response: { 200: Type.Object({ kept: Type.Integer(), ignored: Type.Integer() }) }
      }
    },
    async (request) => {
      if (!request.headers['content-type']?.startsWith(NDJSON)) throw new NotNdjson()
      const body = Buffer.isBuffer(request.body) ? request.body.toString() : ''
      const texts = body.split('\n').filter((text) => text.trim() !== '')
      const lines = texts.map(readLogLine).filter((line) => line !== undefined)
      for (const line of lines) logs.add(line)
      return { kept: lines.length, ignored: texts.length - lines.length }
    }
  )
}

import type { FastifyPluginAsyncTypebox } from '@bookinfo/service-kit'
import { signedInUser, type Clock } from '../session.ts'
import { docsView, readApi } from '../views/docs.ts'
import { renderPage } from '../views/layout.ts'

export interface DocsRoutesOptions {
  now: Clock
}

/** `/docs`: what `/openapi.json` says, for people. */
export const docsRoutes: FastifyPluginAsyncTypebox<DocsRoutesOptions> = async (app, { now }) => {
  app.get('/docs', { schema: { hide: true } }, async (request, reply) => {
    const main = docsView(readApi(app.swagger()))
    const text = renderPage({ title: 'Bookinfo API', user: signedInUser(request, now), path: '/docs', main })
    return reply.type('text/html; charset=utf-8').header('vary', 'Cookie').send(text)
  })
}

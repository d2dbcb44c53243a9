import { readBodies, type FastifyPluginAsyncTypebox } from '@bookinfo/service-kit'
import { HTML, page } from '../routes/page.ts'
import { renderPage } from '../views/layout.ts'
import { changeIn } from './change.ts'
import { askLab } from './client.ts'
import { labView, noLabView } from './view.ts'

const NO_LAB = 'The lab needs the suite of npm start, which tells this viewer where it is in LAB_URL.'

/** Serves the page that controls the suite of `npm start`, with forms alone. */
export const labPage: FastifyPluginAsyncTypebox<{ labUrl: string }> = async (app, { labUrl }) => {
  readBodies(app, (bytes) => bytes)

  app.get('/lab', page, async (_request, reply) => reply.type(HTML).send(await render()))

  app.post('/lab', { schema: { hide: true } }, async ({ body }, reply) => {
    if (labUrl === '')
      return reply
        .code(404)
        .type(HTML)
        .send(await render())
    const { path, body: change } = changeIn(new URLSearchParams(Buffer.isBuffer(body) ? body.toString() : ''))
    const answer = await askLab(labUrl, path, change)
    if ('problem' in answer)
      return reply
        .code(400)
        .type(HTML)
        .send(await render(answer.problem))
    return reply.redirect('/lab', 303)
  })

  async function render(problem?: string): Promise<string> {
    const answer = labUrl === '' ? { problem: NO_LAB } : await askLab(labUrl, '/lab')
    const main = 'state' in answer ? labView(answer.state, problem) : noLabView(answer.problem)
    return renderPage({ title: 'Lab', path: '/lab', main })
  }
}

import createFastify from 'fastify'
import { detailsBody, pageBody, ratingsBody, reviewsBody } from './bodies.ts'

/**
 * One service as most people would write it: Fastify with its logger, and `fetch`. OpenTelemetry's auto-instrumentation, which makes
 * its spans, is loaded before it.
 */
const [service = ''] = process.argv.slice(2)
const { DETAILS_URL = '', REVIEWS_URL = '', RATINGS_URL = '' } = process.env
const app = createFastify({ logger: true })

async function get(url: string): Promise<string> {
  return (await fetch(url, { signal: AbortSignal.timeout(3_000) })).text()
}

app.get('/productpage', async (_request, reply) => {
  const [details, reviews] = await Promise.all([get(`${DETAILS_URL}/details/0`), get(`${REVIEWS_URL}/reviews/0`)])
  return reply.type('text/html; charset=utf-8').send(pageBody(details, reviews))
})
app.get('/details/:id', async (_request, reply) => reply.type('application/json').send(detailsBody))
app.get('/ratings/:id', async (_request, reply) => reply.type('application/json').send(ratingsBody))
app.get('/reviews/:id', async (_request, reply) =>
  reply.type('application/json').send(reviewsBody(await get(`${RATINGS_URL}/ratings/0`)))
)

const address = await app.listen({ port: 0, host: '127.0.0.1' })
// The same line as Bookinfo's, so that the same code starts both.
process.stdout.write(`${service}: Server listening on: http://0.0.0.0:${new URL(address).port}\n`)

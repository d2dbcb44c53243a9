import { createServer } from 'node:http'
import { Agent } from 'undici'
import { reviewsBody } from './reviews.ts'

/**
 * The least that reviews v2 could be: `node:http` and undici, one call to ratings for each request, the same body. It hands
 * on no headers, checks nothing that came, has no timeouts, measures, logs and traces nothing.
 */
const [ratings = '', connections] = process.argv.slice(2)
const agent = new Agent({ pipelining: connections === 'per-request' ? 0 : 1 })

const server = createServer(async (request, response) => {
  const id = request.url?.split('/')[2] ?? ''
  const answer = await agent.request({
    origin: ratings,
    path: `/ratings/${id}`,
    method: 'GET',
    headers: ['accept', 'application/json']
  })
  const body = reviewsBody(id, JSON.parse(await answer.body.text()).ratings)
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
  response.end(body)
})

server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  // In the services' own words, so that who starts it need not tell them apart.
  process.stdout.write(`Server listening on: http://0.0.0.0:${port}\n`)
})
process.once('disconnect', () => process.exit())

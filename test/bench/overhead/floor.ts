import { createServer } from 'node:http'
import { Agent } from 'undici'
import { reviewsBody } from './reviews.ts'

/**
 * The minimal reviews v2: `node:http` and undici, one call to ratings for each request, the same body. It forwards no headers,
 * validates no answer, has no timeouts, and writes no metrics, logs or spans.
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
  // The same line as the services write, so that both are started by the same code.
  process.stdout.write(`Server listening on: http://0.0.0.0:${port}\n`)
})
process.once('disconnect', () => process.exit())

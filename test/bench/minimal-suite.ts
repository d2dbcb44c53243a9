import { createServer } from 'node:http'
import { Agent } from 'undici'
import { detailsBody, pageBody, ratingsBody, reviewsBody } from './bodies.ts'

/**
 * One service of the floor: `node:http` and undici, the same calls as Bookinfo's. It forwards no headers, checks no answer, has no
 * timeouts and no routes, and writes no metrics, logs or spans.
 */
const [service = '', connections] = process.argv.slice(2)
const { DETAILS_URL = '', REVIEWS_URL = '', RATINGS_URL = '' } = process.env
const agent = new Agent({ pipelining: connections === 'per-request' ? 0 : 1 })

async function get(url: string): Promise<string> {
  const { body } = await agent.request({
    origin: url,
    path: '/',
    method: 'GET',
    headers: ['accept', 'application/json']
  })
  return body.text()
}

async function answer(): Promise<string> {
  if (service === 'details') return detailsBody
  if (service === 'ratings') return ratingsBody
  if (service === 'reviews') return reviewsBody(await get(RATINGS_URL))
  const [details, reviews] = await Promise.all([get(DETAILS_URL), get(REVIEWS_URL)])
  return pageBody(details, reviews)
}

const type = service === 'productpage' ? 'text/html; charset=utf-8' : 'application/json'
const server = createServer(async (_request, response) => {
  const body = await answer()
  response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body)
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  // The same line as Bookinfo's, so that the same code starts both.
  process.stdout.write(`Server listening on: http://0.0.0.0:${typeof address === 'object' && address?.port}\n`)
})

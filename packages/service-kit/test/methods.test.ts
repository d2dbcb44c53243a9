import { afterAll, describe, expect, test } from 'vitest'
import { appWith } from './support/app-with.ts'
import { ask, askFully, askRaw, json, notAllowed, notFound, startApp, type TestResponse } from './support/index.ts'

/** A server with routes of every form that the services use. */
const build = appWith(async (routes) => {
  routes.get('/', async () => ({ at: 'root' }))
  routes.get<{ Params: { id: string } }>('/things/:id', async ({ params }) => ({ thing: params.id }))
  routes.put('/things/:id', async () => ({ put: true }))
  routes.post('/only-post', async () => ({ posted: true }))
  routes.get('/files/*', async () => ({ file: true }))
})

const server = await startApp(build)
afterAll(() => server[Symbol.asyncDispose]())

const found: [method: string, path: string, answer: TestResponse][] = [
  ['GET', '/', json(200, { at: 'root' })],
  ['HEAD', '/', json(200, '')],
  ['GET', '/things/1', json(200, { thing: '1' })],
  ['GET', '/things/1?x=/2', json(200, { thing: '1' })],
  ['HEAD', '/things/1', json(200, '')],
  ['PUT', '/things/1', json(200, { put: true })],
  ['POST', '/only-post', json(200, { posted: true })],
  ['GET', '/files/a/b/c', json(200, { file: true })]
]

const missing = ['/things', '/things/1/', '/things/1/more', '/THINGS/1', '//things/1', '/only-posts', '/nope']

const refused: [method: string, path: string, allow: string][] = [
  ['POST', '/', 'GET, HEAD, OPTIONS'],
  ['DELETE', '/things/1', 'GET, HEAD, OPTIONS, PUT'],
  ['PATCH', '/things/1?x=1', 'GET, HEAD, OPTIONS, PUT'],
  ['TRACE', '/things/1', 'GET, HEAD, OPTIONS, PUT'],
  ['PROPFIND', '/things/1', 'GET, HEAD, OPTIONS, PUT'],
  ['QUERY', '/things/1', 'GET, HEAD, OPTIONS, PUT'],
  ['GET', '/only-post', 'OPTIONS, POST'],
  ['POST', '/files/x', 'GET, HEAD, OPTIONS'],
  ['POST', '/livez', 'GET, HEAD, OPTIONS'],
  ['PUT', '/readyz', 'GET, HEAD, OPTIONS'],
  ['DELETE', '/metrics', 'GET, HEAD, OPTIONS'],
  ['POST', '/openapi.json', 'GET, HEAD, OPTIONS']
]

describe('a path that is served', () => {
  test.each(found)('answers %s %s', async (method, path, answer) => {
    expect(await ask(server.origin, path, { method })).toEqual(answer)
  })

  test('sends the content length of GET for HEAD', async () => {
    const { headers } = await askFully(server.origin, '/', { method: 'HEAD' })
    expect(headers['content-length']).toBe('13')
  })

  test.each(refused)('refuses %s %s and says what it allows', async (method, path, allow) => {
    const { headers, ...answer } = await askFully(server.origin, path, { method })
    expect(headers['allow']).toBe(allow)
    expect(answer).toEqual(notAllowed(method, allow))
  })

  test.each(refused)('answers OPTIONS (beside %s %s) with the methods', async (_method, path, allow) => {
    const { headers, status, body } = await askFully(server.origin, path, { method: 'OPTIONS' })
    expect({ status, body, allow: headers['allow'] }).toEqual({ status: 200, body: '', allow })
  })
})

describe('a path that is not served', () => {
  test.each(missing.map((path) => [path]))('answers GET %s with 404', async (path) => {
    expect(await ask(server.origin, path)).toEqual(notFound(path))
  })

  test.each(['HEAD', 'OPTIONS', 'POST', 'DELETE', 'TRACE', 'PROPFIND'])('answers %s with 404', async (method) => {
    const answer = await ask(server.origin, '/nope?x=1', { method })
    expect(answer).toEqual(method === 'HEAD' ? json(404, '') : notFound('/nope'))
  })

  test('does not repeat a long path', async () => {
    expect(await ask(server.origin, `/${'x'.repeat(5000)}`)).toEqual(notFound(`/${'x'.repeat(199)}`))
  })

  test('does not repeat the query, which may contain a secret', async () => {
    expect(await ask(server.origin, '/nope?password=1')).toEqual(notFound('/nope'))
  })

  test('answers 404 also to a body without a valid content type', async () => {
    const question = { method: 'POST', body: 'x', headers: { 'content-type': ';;;' } }
    expect(await ask(server.origin, '/nope', question)).toEqual(notFound('/nope'))
  })

  test('answers a request with a large unexpected body', async () => {
    expect(await ask(server.origin, '/nope', { method: 'POST', body: 'x'.repeat(1_000_000) })).toEqual(
      notFound('/nope')
    )
  })
})

describe('the server as a whole', () => {
  test('answers OPTIONS *', async () => {
    const { status, head, body } = await askRaw(server.origin, 'OPTIONS * HTTP/1.1\r\nHost: t\r\n\r\n')
    expect({ status, body }).toEqual({ status: 200, body: '' })
    expect(head).toContain('\r\nallow: GET, HEAD, OPTIONS, POST\r\n')
  })

  test('sends its version with every answer, including errors', async () => {
    const versions = ['/', '/nope', '/livez'].map(
      async (path) => (await askFully(server.origin, path)).headers['x-service-version']
    )
    expect(await Promise.all(versions)).toEqual(['v1', 'v1', 'v1'])
  })

  test.each(['/%', '/things/%', '/things/%zz', '/things/%E9', '/files/a%2'])(
    'refuses %s, which is no percent-encoding',
    async (path) => {
      expect(await ask(server.origin, path)).toEqual(json(400, { error: 'the path is not valid percent-encoding' }))
    }
  )
})

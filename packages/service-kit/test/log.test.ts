import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { createServer, type App } from '../src/index.ts'
import { ask, askRaw, connectTo, startApp, type CollectedLog } from './support/index.ts'

function build(stream: CollectedLog['stream'], level = 'info'): App {
  const { app } = createServer({ name: 'details', title: 't', description: '', version: 'v7', log: { level, stream } })
  app.register(async (routes) => {
    routes.get('/things/:id', async () => ({}))
    routes.post('/things', async () => ({}))
  })
  return app
}

const line = { level: 'info', service: 'details', version: 'v7', msg: 'request completed' }
/** Fields that differ in each run. */
const volatile = { time: expect.any(String), 'x-request-id': expect.any(String), duration_ms: expect.any(Number) }

describe('a line for each request', () => {
  test('names method, route and status, and neither path nor query', async () => {
    await using server = await startApp(build)
    await ask(server.origin, '/things/1?password=secret')
    await ask(server.origin, '/things/1', { method: 'DELETE' })
    await ask(server.origin, '/nope')
    expect(server.log.lines.filter(({ msg }) => msg === line.msg)).toEqual([
      { ...line, method: 'GET', route: '/things/:id', status: 200, ...volatile },
      { ...line, method: 'DELETE', status: 405, ...volatile },
      { ...line, method: 'GET', status: 404, ...volatile }
    ])
  })

  test("carries the caller's request id and trace", async () => {
    await using server = await startApp(build)
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    await ask(server.origin, '/things/1', { headers: { traceparent, 'x-request-id': 'from-envoy' } })
    expect(server.log.lines.at(-1)).toMatchObject({
      'x-request-id': 'from-envoy',
      trace_id: '0af7651916cd43dd8448eb211c80319c',
      span_id: 'b7ad6b7169203331'
    })
  })

  test('holds no body, cookie, credential or user', async () => {
    await using server = await startApp((stream) => build(stream, 'trace'))
    const secrets = {
      cookie: 's3cret',
      authorization: 's3cret',
      jwt: 's3cret',
      'end-user': 's3cret',
      'user-agent': 's3cret'
    }
    await ask(server.origin, '/things', { method: 'POST', headers: secrets, body: 's3cret' })
    expect(JSON.stringify(server.log.lines)).not.toContain('s3cret')
  })

  test('cannot be forged by a request id', async () => {
    await using server = await startApp(build)
    await askRaw(server.origin, 'GET /nope HTTP/1.1\r\nHost: t\r\nx-request-id: "},{"level":"fatal","msg":"x\r\n\r\n')
    expect(server.log.lines.at(-1)).toMatchObject({ level: 'info', 'x-request-id': '"},{"level":"fatal","msg":"x' })
  })

  test('is left out for probes and scrapers, unless the level is debug', async () => {
    const quiet = ['/livez', '/readyz', '/metrics', '/openapi.json']
    await using server = await startApp(build)
    for (const path of quiet) await ask(server.origin, path)
    expect(server.log.lines.filter(({ msg }) => msg === line.msg)).toEqual([])

    await using talkative = await startApp((stream) => build(stream, 'debug'))
    for (const path of quiet) await ask(talkative.origin, path)
    const lines = talkative.log.lines.filter(({ msg }) => msg === line.msg)
    expect(lines.map(({ level, route }) => [level, route])).toEqual(quiet.map((route) => ['debug', route]))
  })
})

describe('a caller that goes away', () => {
  test('before its answer causes no error in the log', async () => {
    const arrived = Promise.withResolvers<void>()
    await using server = await startApp((stream) => {
      const app = build(stream)
      app.register(async (routes) => {
        routes.get('/late', async ({ raw }) => {
          arrived.resolve()
          await once(raw.socket, 'close')
          return { late: true }
        })
      })
      return app
    })
    const socket = connectTo(server.origin)
    socket.write('GET /late HTTP/1.1\r\nHost: t\r\n\r\n')
    await arrived.promise
    socket.destroy()
    await ask(server.origin, '/things/1')
    expect(server.log.errors()).toEqual([])
  })

  test('in the middle of its body causes no error in the log', async () => {
    await using server = await startApp(build)
    const socket = connectTo(server.origin)
    socket.write('POST /things HTTP/1.1\r\nHost: t\r\nExpect: 100-continue\r\nContent-Length: 10\r\n\r\nhalf')
    await once(socket, 'data')
    socket.destroy()
    await ask(server.origin, '/things/1')
    expect(server.log.errors()).toEqual([])
  })
})

import { Type } from 'typebox'
import { describe, expect, test } from 'vitest'
import { createServer, type App } from '../src/index.ts'
import { ask, askFully, json, startApp, type CollectedLog } from './support/index.ts'

const probes = ['/livez', '/readyz', '/metrics', '/openapi.json']

function build(stream: CollectedLog['stream'], whyNotReady?: () => string | undefined): App {
  const { app } = createServer({
    name: 'things',
    title: 'Bookinfo things',
    description: 'Things.',
    version: 'v3',
    log: { level: 'info', stream },
    ...(whyNotReady && { whyNotReady })
  })
  app.register(async (routes) => {
    const Thing = Type.Object({ id: Type.Integer() })
    routes.get(
      '/things/*',
      { schema: { summary: 'A thing', response: { 200: Thing } }, config: { documentedParams: Thing } },
      async () => ({ id: 1 })
    )
    routes.get('/hidden', { schema: { hide: true } }, async () => ({}))
  })
  return app
}

describe('probes', () => {
  test('answer 200 for a live and ready process', async () => {
    await using server = await startApp(build)
    expect(await ask(server.origin, '/livez')).toEqual(json(200, { status: 'ok' }))
    expect(await ask(server.origin, '/readyz')).toEqual(json(200, { status: 'ok' }))
  })

  test('answer 503 to readiness only, if a service is unhealthy on purpose', async () => {
    let reason: string | undefined = 'unhealthy on purpose'
    await using server = await startApp((stream) => build(stream, () => reason))
    expect(await ask(server.origin, '/readyz')).toEqual(json(503, { error: 'unhealthy on purpose' }))
    expect(await ask(server.origin, '/livez')).toEqual(json(200, { status: 'ok' }))
    reason = undefined
    expect(await ask(server.origin, '/readyz')).toEqual(json(200, { status: 'ok' }))
  })

  test('answer 503 once the process is stopping, and every answer ends its connection', async () => {
    await using server = await startApp(build)
    server.app.lifecycle.stopping = true
    expect(await ask(server.origin, '/readyz')).toEqual(json(503, { error: 'stopping' }))
    expect(await ask(server.origin, '/livez')).toEqual(json(200, { status: 'ok' }))
    const { headers } = await askFully(server.origin, '/things/1')
    expect(headers['connection']).toBe('close')
  })
})

describe('metrics', () => {
  test('have the content type of Prometheus', async () => {
    await using server = await startApp(build)
    expect((await ask(server.origin, '/metrics')).type).toBe('text/plain; version=0.0.4; charset=utf-8')
  })

  test('count requests by method, route and status, whatever the paths are', async () => {
    await using server = await startApp(build)
    for (const path of ['/things/1', '/things/2', '/things/2?x', '/nope', '/nada']) await ask(server.origin, path)
    await ask(server.origin, '/things/1', { method: 'DELETE' })
    const { body } = await ask(server.origin, '/metrics')
    expect(
      String(body)
        .match(/^http_server_request_duration_seconds_count.*$/gm)
        ?.toSorted()
    ).toEqual([
      'http_server_request_duration_seconds_count{http_request_method="DELETE",http_route="(none)",http_response_status_code="405"} 1',
      'http_server_request_duration_seconds_count{http_request_method="GET",http_route="(none)",http_response_status_code="404"} 2',
      'http_server_request_duration_seconds_count{http_request_method="GET",http_route="/things/:id",http_response_status_code="200"} 3'
    ])
  })

  test('of two apps in one process are separate', async () => {
    await using one = await startApp(build)
    await using two = await startApp(build)
    await ask(one.origin, '/things/1')
    expect((await ask(two.origin, '/metrics')).body).not.toContain('/things/:id')
  })
})

describe('the description of the interface', () => {
  test('is OpenAPI 3.1 and lists what is not hidden', async () => {
    await using server = await startApp(build)
    const { status, type, body } = await ask(server.origin, '/openapi.json')
    expect({ status, type }).toEqual({ status: 200, type: 'application/json' })
    expect(body).toMatchObject({
      openapi: '3.1.0',
      info: { title: 'Bookinfo things', description: 'Things.', version: 'v3', license: { name: 'Apache-2.0' } },
      paths: {
        '/things/{id}': { get: { summary: 'A thing', parameters: [{ in: 'path', name: 'id', required: true }] } }
      }
    })
    expect(Object.keys(Object(body).paths).toSorted()).toEqual(['/livez', '/metrics', '/readyz', '/things/{id}'])
  })
})

test.each(probes)('%s answers HEAD like GET, without the body', async (path) => {
  await using server = await startApp(build)
  const { type } = await ask(server.origin, path)
  expect(await ask(server.origin, path, { method: 'HEAD' })).toEqual({ status: 200, type, body: '' })
})

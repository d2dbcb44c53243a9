import { afterAll, describe, expect, test } from 'vitest'
import { ask, askFully, json, parseOpenMetrics, startSuite } from '../support/index.ts'

const suite = await startSuite({ down: ['details', 'reviews', 'ratings'] })
afterAll(() => suite[Symbol.asyncDispose]())

const operations = ['/health', '/livez', '/metrics', '/readyz']
const pages = ['/', '/index.html', '/login', '/logout', '/productpage']
const products = ['', '/{id}', '/{id}/ratings', '/{id}/reviews', '/{id}/stars'].map((rest) => `/api/v1/products${rest}`)
const services = [
  { name: 'productpage', origin: suite.productpage, version: 'v1', paths: [...pages, ...products] },
  { name: 'details', origin: suite.details, version: 'v1', paths: ['/details/{id}'] },
  { name: 'ratings', origin: suite.ratings, version: 'v1', paths: ['/ratings/{id}'] },
  ...(['v1', 'v2', 'v3'] as const).map((version) => {
    return { name: `reviews ${version}`, origin: suite.reviews[version], version, paths: ['/reviews/{id}'] }
  })
]

describe.each(services)('$name', ({ origin, version, paths }) => {
  test('is alive and ready if the services that it calls are down', async () => {
    expect(await ask(origin, '/livez')).toEqual(json(200, { status: 'ok' }))
    expect(await ask(origin, '/readyz')).toEqual(json(200, { status: 'ok' }))
    expect((await ask(origin, '/health')).status).toBe(200)
  })

  test('has metrics in the format of Prometheus 3', async () => {
    const { status, type, body } = await ask(origin, '/metrics')
    expect({ status, type }).toEqual({ status: 200, type: 'text/plain; version=0.0.4; charset=utf-8' })
    expect(body).toContain('# TYPE http_server_request_duration_seconds histogram')
  })

  test('has metrics in OpenMetrics for a client that prefers it', async () => {
    const accept = 'application/openmetrics-text; version=1.0.0'
    const { type, body } = await ask(origin, '/metrics', { headers: { accept } })
    expect(type).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8')
    expect([...parseOpenMetrics(String(body)).keys()]).toContain('http_server_request_duration_seconds')
  })

  test('documents its interface, and every documented path exists', async () => {
    const { status, type, body } = await ask(origin, '/openapi.json')
    expect({ status, type }).toEqual({ status: 200, type: 'application/json' })
    expect(body).toMatchObject({ openapi: '3.1.0' })
    const described = Object.keys(Object(body).paths)
    expect(described.toSorted()).toEqual([...paths, ...operations].toSorted())
    for (const path of described) {
      expect((await ask(origin, path.replace('{id}', '0'), { method: 'OPTIONS' })).status).toBe(200)
    }
  })

  test('sends its version, and no name of its software', async () => {
    const { headers } = await askFully(origin, '/health')
    expect(headers['x-service-version']).toBe(version)
    for (const name of ['server', 'x-powered-by']) expect(headers[name]).toBeUndefined()
  })
})

import { afterAll, describe, expect, test } from 'vitest'
import {
  addressOf,
  ask,
  askFully,
  json,
  parseOpenMetrics,
  refusingPort,
  respond,
  startProductpage,
  startSuite,
  startTinyServer
} from '../support/index.ts'

const suite = await startSuite({ down: ['details', 'reviews', 'ratings'] })
afterAll(() => suite[Symbol.asyncDispose]())

const operations = ['/health', '/livez', '/metrics', '/readyz']
const services = [
  {
    name: 'productpage',
    origin: suite.productpage,
    version: 'v1',
    paths: [
      '/',
      '/api/v1/products',
      '/api/v1/products/{id}',
      '/api/v1/products/{id}/ratings',
      '/api/v1/products/{id}/reviews',
      '/api/v1/products/{id}/stars',
      '/index.html',
      '/login',
      '/logout',
      '/productpage'
    ]
  },
  { name: 'details', origin: suite.details, version: 'v1', paths: ['/details/{id}'] },
  { name: 'ratings', origin: suite.ratings, version: 'v1', paths: ['/ratings/{id}'] },
  { name: 'reviews v1', origin: suite.reviews.v1, version: 'v1', paths: ['/reviews/{id}'] },
  { name: 'reviews v2', origin: suite.reviews.v2, version: 'v2', paths: ['/reviews/{id}'] },
  { name: 'reviews v3', origin: suite.reviews.v3, version: 'v3', paths: ['/reviews/{id}'] }
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

describe('request_result_total of productpage', () => {
  async function resultsAfter(status: number, paths: string[]): Promise<string[]> {
    await using upstream = await startTinyServer(respond(status, { id: 0, ratings: {} }))
    const { port } = upstream
    await using page = await startProductpage({
      ...addressOf('details', port),
      ...addressOf('reviews', port),
      ...addressOf('ratings', port)
    })
    for (const path of paths) await ask(page.origin, path)
    const { body } = await ask(page.origin, '/metrics')
    expect(body).toContain('# HELP request_result_total Results of requests')
    expect(body).toContain('# TYPE request_result_total counter')
    return (
      String(body)
        .match(/^request_result_total\{.*$/gm)
        ?.toSorted() ?? []
    )
  }

  test('counts the result of each call, with its retry as one', async () => {
    expect(await resultsAfter(503, ['/productpage', '/api/v1/products/0/ratings'])).toEqual([
      'request_result_total{destination_app="details",response_code="503"} 1',
      'request_result_total{destination_app="ratings",response_code="503"} 1',
      'request_result_total{destination_app="reviews",response_code="503"} 1'
    ])
  })

  test('counts an answer of the wrong shape as a failure', async () => {
    expect(
      await resultsAfter(200, ['/productpage', '/api/v1/products/0/ratings', '/api/v1/products/1/ratings'])
    ).toEqual([
      'request_result_total{destination_app="details",response_code="500"} 1',
      'request_result_total{destination_app="ratings",response_code="200"} 2',
      'request_result_total{destination_app="reviews",response_code="500"} 1'
    ])
  })

  test('has an exemplar with the trace of the last recorded request', async () => {
    await using page = await startProductpage(addressOf('details', await refusingPort()))
    const [trace, span] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331']
    for (const flags of ['01', '00']) {
      const traceparent = `00-${flags === '01' ? trace : trace.replace('0a', 'ff')}-${span}-${flags}`
      await ask(page.origin, '/api/v1/products/0', { headers: { traceparent } })
    }
    const accept = 'application/openmetrics-text'
    const { body } = await ask(page.origin, '/metrics', { headers: { accept } })
    expect(parseOpenMetrics(String(body)).get('request_result')).toMatchObject({
      type: 'counter',
      samples: [
        {
          name: 'request_result_total',
          labels: { destination_app: 'details', response_code: '500' },
          value: 2,
          exemplar: { labels: { trace_id: trace, span_id: span }, value: 1 }
        }
      ]
    })
  })

  test('does not count requests without calls', async () => {
    expect(await resultsAfter(200, ['/api/v1/products', '/api/v1/products/abc', '/health'])).toEqual([])
  })
})

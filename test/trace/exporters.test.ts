import { hostname } from 'node:os'
import { describe, expect, test } from 'vitest'
import { sources, startBundle, wholeBuild, type RunningBundle } from '../bundle/bundle.ts'
import { ask, respond, startTinyServer } from '../support/index.ts'
import { arrival, exporterKinds, type Collector, type ReceivedSpan } from './collectors/index.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const CALLER = 'b7ad6b7169203331'
const SECRET = 's3cret-of-the-reader'

const soon = { OTEL_BSP_SCHEDULE_DELAY: '10' }
const asVm = { OTEL_RESOURCE_ATTRIBUTES: 'bookinfo.runtime=vm,deployment.environment.name=test' }

/** Reviews v2 with a ratings service that fails. */
function startReviews(ratingsPort: number, env: Record<string, string>, place = wholeBuild): Promise<RunningBundle> {
  const identity = { SERVICE_VERSION: 'v2', HOSTNAME: 'reviews-v2-pod', ...asVm }
  const ratings = { ENABLE_RATINGS: 'true', RATINGS_HOSTNAME: `127.0.0.1:${ratingsPort}` }
  return startBundle('reviews', { ...soon, ...identity, ...ratings, ...env }, place)
}

/** The attributes of a span. Jaeger's Thrift mixes them with those of the process, so only the expected names are kept. */
function attributesIn(exporter: string, span: ReceivedSpan | undefined, expected: object): object {
  const found = Object.entries(span?.attributes ?? {})
  return Object.fromEntries(exporter.startsWith('Jaeger') ? found.filter(([name]) => name in expected) : found)
}

describe.each([
  ['the sources', sources],
  ['the bundle', wholeBuild]
])('spans from %s', (_place, place) => {
  test.each(Object.entries(exporterKinds))('arrive by %s', async (name, kind) => {
    await using collector = await kind.start()
    await using ratings = await startTinyServer(respond(503, {}))
    await using reviews = await startReviews(ratings.port, kind.env(collector.port), place)
    const headers = {
      traceparent: `00-${TRACE}-${CALLER}-01`,
      'user-agent': 'tester/1.0',
      cookie: SECRET,
      authorization: SECRET,
      jwt: SECRET,
      'end-user': SECRET
    }
    const before = Date.now()
    await ask(reviews.origin, '/reviews/7', { headers })
    const after = Date.now()
    const [client, server] = await arrival(collector, 2)
    expect(await reviews.stop()).toEqual({ code: 0, signal: null, stderr: '' })

    const resource = {
      'service.version': 'v2',
      'k8s.pod.name': 'reviews-v2-pod',
      'bookinfo.runtime': 'vm',
      'deployment.environment.name': 'test',
      'host.name': hostname(),
      'host.arch': expect.any(String),
      'process.pid': expect.any(Number),
      'service.instance.id': expect.any(String)
    }
    expect(server).toMatchObject({
      traceId: TRACE,
      parentId: CALLER,
      name: 'GET /reviews/:id',
      kind: 'server',
      status: 'unset',
      service: 'reviews',
      resource
    })
    const serverAttributes = {
      'http.request.method': 'GET',
      'http.response.status_code': 200,
      'http.route': '/reviews/:id',
      'url.scheme': 'http',
      'user_agent.original': 'tester/1.0'
    }
    expect(attributesIn(name, server, serverAttributes)).toEqual(serverAttributes)
    expect(client).toMatchObject({
      traceId: TRACE,
      parentId: server?.spanId,
      name: 'GET',
      kind: 'client',
      status: 'error',
      service: 'reviews',
      resource
    })
    const clientAttributes = {
      'error.type': '503',
      'http.request.method': 'GET',
      'http.response.status_code': 503,
      'server.address': '127.0.0.1',
      'server.port': ratings.port,
      'url.full': `${ratings.origin}/ratings/7`
    }
    expect(attributesIn(name, client, clientAttributes)).toEqual(clientAttributes)
    // The clocks of two processes differ by some milliseconds.
    for (const { startUs = 0, durationUs = 0 } of [server ?? {}, client ?? {}]) {
      expect(startUs / 1000).toBeGreaterThanOrEqual(before - 1000)
      expect((startUs + durationUs) / 1000).toBeLessThanOrEqual(after + 1000)
      expect(durationUs).toBeGreaterThan(0)
    }
    expect(JSON.stringify(collector.spans)).not.toContain(SECRET)
  })
})

test('several exporters at once get the same spans', async () => {
  const [otlp, jaeger] = [exporterKinds['OTLP JSON'], exporterKinds['Jaeger HTTP']]
  await using one = await otlp.start()
  await using other = await jaeger.start()
  await using ratings = await startTinyServer(respond(503, {}))
  const both = { ...jaeger.env(other.port), ...otlp.env(one.port), OTEL_TRACES_EXPORTER: 'otlp, jaeger,none' }
  await using reviews = await startReviews(ratings.port, both)
  await ask(reviews.origin, '/reviews/7')
  const ids = async (collector: Collector) => (await arrival(collector, 2)).map(({ spanId }) => spanId)
  expect(await ids(one)).toEqual(await ids(other))
})

test('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL has precedence over OTEL_EXPORTER_OTLP_PROTOCOL', async () => {
  const kind = exporterKinds['OTLP JSON']
  await using collector = await kind.start()
  const env = {
    ...kind.env(collector.port),
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json'
  }
  await using details = await startBundle('details', { ...soon, ...env }, wholeBuild)
  await ask(details.origin, '/details/0')
  expect(await arrival(collector, 1)).toMatchObject([{ name: 'GET /details/:id' }])
})

test('bookinfo.runtime is process by default', async () => {
  const kind = exporterKinds['OTLP JSON']
  await using collector = await kind.start()
  await using details = await startBundle('details', { ...soon, ...kind.env(collector.port) }, wholeBuild)
  await ask(details.origin, '/details/0')
  const [span] = await arrival(collector, 1)
  expect(span?.resource).toMatchObject({ 'bookinfo.runtime': 'process' })
  expect(span?.resource).not.toHaveProperty(['k8s.pod.name'])
})

test('OTEL_PROPAGATORS chooses the headers of calls, and traceparent has precedence', async () => {
  const kind = exporterKinds['OTLP JSON']
  await using collector = await kind.start()
  await using ratings = await startTinyServer(respond(503, {}))
  const env = { ...kind.env(collector.port), OTEL_PROPAGATORS: 'tracecontext,b3,b3multi' }
  await using reviews = await startReviews(ratings.port, env)
  const b3 = { 'x-b3-traceid': 'f'.repeat(32), 'x-b3-spanid': 'f'.repeat(16), 'x-b3-sampled': '1' }
  await ask(reviews.origin, '/reviews/7', { headers: { ...b3, traceparent: `00-${TRACE}-${CALLER}-01` } })
  const client = (await arrival(collector, 2))[0]
  const sent = ratings.seen[0]?.headers.filter(([name]) => /^(traceparent|b3|x-b3-.*)$/.test(name)) ?? []
  expect(sent.toSorted(([a], [b]) => (a < b ? -1 : 1))).toEqual([
    ['b3', `${TRACE}-${client?.spanId}-1`],
    ['traceparent', `00-${TRACE}-${client?.spanId}-01`],
    ['x-b3-sampled', '1'],
    ['x-b3-spanid', client?.spanId],
    ['x-b3-traceid', TRACE]
  ])
})

import { createRecordedTracing } from '@bookinfo/tracing/testing'
import { describe, expect, test } from 'vitest'
import type { FastifyPluginAsyncTypebox } from '../src/index.ts'
import { appWith } from './support/app-with.ts'
import { askFully, parseOpenMetrics, startApp, type RunningApp } from './support/index.ts'

const TEXT = 'text/plain; version=0.0.4; charset=utf-8'
const OPENMETRICS = 'application/openmetrics-text; version=1.0.0; charset=utf-8'

const routes: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/things/:id', async () => ({}))
  app.get('/broken', async (_request, reply) => reply.code(503).send({}))
}
const build = appWith(routes)

async function scrape({ origin }: RunningApp, accept?: string): Promise<{ type: unknown; text: string }> {
  const { headers, body } = await askFully(origin, '/metrics', accept === undefined ? {} : { headers: { accept } })
  expect(headers['vary']).toBe('Accept')
  return { type: headers['content-type'], text: String(body) }
}

const PROMETHEUS_3 =
  'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,' +
  'text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2'

describe('the form of the metrics', () => {
  test.each([
    [undefined, TEXT],
    ['', TEXT],
    ['*/*', TEXT],
    ['text/html', TEXT],
    ['text/plain', TEXT],
    ['application/openmetrics-text', OPENMETRICS],
    ['Application/OpenMetrics-Text; Version=1.0.0', OPENMETRICS],
    ['application/openmetrics-text; version=0.0.1', TEXT],
    ['application/openmetrics-text; version=2.0.0, text/plain;q=0.5', TEXT],
    ['application/openmetrics-text;q=0', TEXT],
    ['application/openmetrics-text;q=0.2, text/plain;q=0.7', TEXT],
    ['application/openmetrics-text;q=much', TEXT],
    ['application/openmetrics-text; version="1.0.0"', OPENMETRICS],
    ['application/openmetrics-text; version="0.0.1"', TEXT],
    ['text/html; title="a, application/openmetrics-text"', TEXT],
    ['text/html; title="a; q=0, \\", application/openmetrics-text", text/plain', TEXT],
    ['text/html; title="a, b"; q=0.1, application/openmetrics-text', OPENMETRICS],
    ['application/openmetrics-text; note="a;q=0"', OPENMETRICS],
    [PROMETHEUS_3, OPENMETRICS]
  ])('for "accept: %s" is %s', async (accept, type) => {
    await using server = await startApp(build)
    expect((await scrape(server, accept)).type).toBe(type)
  })

  test('of one scrape does not affect the next one', async () => {
    await using server = await startApp(build)
    // The first scrape is measured too, and shown in the second.
    await scrape(server)
    const text = await scrape(server)
    const openMetrics = await scrape(server, OPENMETRICS)
    for (let round = 0; round < 3; round += 1) {
      expect(namesIn((await scrape(server)).text)).toEqual(namesIn(text.text))
      expect(namesIn((await scrape(server, OPENMETRICS)).text)).toEqual(namesIn(openMetrics.text))
    }
    expect(text.text).toContain('# TYPE otel_spans_dropped_total counter\notel_spans_dropped_total 0\n')
    expect(openMetrics.text).toContain('# TYPE otel_spans_dropped counter\notel_spans_dropped_total 0\n')
    const [both, once] = await Promise.all([scrape(server), scrape(server, OPENMETRICS)])
    expect(namesIn(both.text)).toEqual(namesIn(text.text))
    expect(namesIn(once.text)).toEqual(namesIn(openMetrics.text))
  })

  test('has the same figures in both', async () => {
    await using server = await startApp(build)
    await askFully(server.origin, '/things/1')
    const ofThings = (text: string) =>
      text.split('\n').filter((line) => line.includes('things') && !line.includes('_sum'))
    const [text, openMetrics] = [await scrape(server), await scrape(server, OPENMETRICS)]
    expect(ofThings(text.text).length).toBe(16)
    expect(ofThings(openMetrics.text)).toEqual(ofThings(text.text))
  })
})

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const SPAN = 'b7ad6b7169203331'
const caller = { trace_id: TRACE, span_id: SPAN }

describe('the exemplar of a request', () => {
  test.each<[string, Record<string, string>, object | undefined]>([
    ['none without a trace', {}, undefined],
    ["the caller's span", { traceparent: `00-${TRACE}-${SPAN}-01` }, caller],
    ['none if the caller records nothing', { traceparent: `00-${TRACE}-${SPAN}-00` }, undefined],
    ["the caller's span by B3", { 'x-b3-traceid': TRACE, 'x-b3-spanid': SPAN, 'x-b3-sampled': '1' }, caller],
    ['none if B3 says that nothing is recorded', { b3: `${TRACE}-${SPAN}-0` }, undefined],
    ['none for what is no trace', { traceparent: '00-"} 1 # {-01' }, undefined]
  ])('in forward mode is %s', async (_what, headers, expected) => {
    await using server = await startApp(build)
    await askFully(server.origin, '/things/1', { headers })
    expect(await exemplars(server)).toEqual(expected ? [expected] : [])
  })

  test('in trace mode is its own span, if that is recorded', async () => {
    const tracing = createRecordedTracing('t')
    await using server = await startApp(appWith(routes, { tracing }))
    await askFully(server.origin, '/things/1', { headers: { traceparent: `00-${TRACE}-${SPAN}-00` } })
    expect(await exemplars(server)).toEqual([])
    await askFully(server.origin, '/things/1')
    const { traceId = '', spanId = '' } = tracing.spans()[0]?.spanContext() ?? {}
    expect(await exemplars(server)).toEqual([{ trace_id: traceId, span_id: spanId }])
  })
})

test('a failure of the service has its type, a refusal has none', async () => {
  await using server = await startApp(build)
  await askFully(server.origin, '/broken')
  await askFully(server.origin, '/nope')
  const counts = (await scrape(server)).text.match(/^http_server_request_duration_seconds_count.*$/gm)
  expect(counts).toEqual([
    'http_server_request_duration_seconds_count{http_request_method="GET",http_route="/broken",http_response_status_code="503",error_type="503"} 1',
    'http_server_request_duration_seconds_count{http_request_method="GET",http_route="(none)",http_response_status_code="404"} 1'
  ])
})

/** What a scrape says without its figures. */
function namesIn(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => !line.includes('_bucket'))
    .map((line) => line.replace(/ [0-9.e+-]+$/, ''))
}

async function exemplars(server: RunningApp): Promise<unknown[]> {
  const families = parseOpenMetrics((await scrape(server, OPENMETRICS)).text)
  const samples = families.get('http_server_request_duration_seconds')?.samples ?? []
  return samples
    .filter(({ labels }) => labels['http_route'] === '/things/:id')
    .flatMap(({ exemplar }) => (exemplar ? [exemplar.labels] : []))
}

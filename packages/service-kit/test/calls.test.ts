import { createRecordedTracing } from '@bookinfo/tracing/testing'
import { Type } from 'typebox'
import type { RequestListener } from 'node:http'
import { afterAll, describe, expect, test } from 'vitest'
import { createDispatcher, createServer, createUpstream, type App, type Tracing } from '../src/index.ts'
import {
  ask,
  hang,
  parseOpenMetrics,
  refusingPort,
  respond,
  startApp,
  startTinyServer,
  type CollectedLog,
  type RunningApp,
  type Sample
} from './support/index.ts'

const dispatcher = createDispatcher('per-request')
afterAll(() => dispatcher.close())

const good = respond(200, { id: 7 })
/** Long enough for everything that is meant to succeed, and never waited for. */
const LONG_MS = 30_000
const SHORT_MS = 150

interface Setup {
  origins: string[]
  tracing?: Tracing
  attempts?: number
  timeoutMs?: number
}

/** A service with one route, which calls another as often as it is told. */
function builder({ origins, tracing, attempts = 1, timeoutMs = LONG_MS }: Setup) {
  return (stream: CollectedLog['stream']): App => {
    const log = { level: 'info', stream }
    const { app } = createServer({ name: 'asking', title: 't', description: '', version: 'v1', log, tracing })
    const schema = Type.Object({ id: Type.Integer() })
    const things = createUpstream({ name: 'things', origins, schema, timeoutMs, dispatcher })
    app.register(async (routes) => {
      routes.get('/ask/:id', async ({ trace }) => {
        for (let attempt = 1; attempt <= attempts; attempt += 1) await things.get('/things/7', trace.headers, attempt)
        return {}
      })
    })
    return app
  }
}

async function callsOf({ origin }: RunningApp): Promise<Sample[]> {
  const { body } = await ask(origin, '/metrics', { headers: { accept: 'application/openmetrics-text' } })
  return parseOpenMetrics(String(body)).get('http_client_request_duration_seconds')?.samples ?? []
}

async function countsOf(server: RunningApp): Promise<[labels: object, count: number][]> {
  const counts = (await callsOf(server)).filter(({ name }) => name.endsWith('_count'))
  return counts.map(({ labels, value }) => [labels, value])
}

async function lineOf(server: RunningApp): Promise<object> {
  return server.log.lines.find(({ msg }) => msg === 'request completed') ?? {}
}

const breakOff: RequestListener = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' })
  response.write('{', () => response.destroy())
}

type Outcome = { status?: number; error?: string }
const outcomes: Record<string, [answer: RequestListener, outcome: Outcome, label?: string]> = {
  'a good answer': [good, { status: 200 }],
  'a refusal': [respond(404, {}), { status: 404 }, '404'],
  'a failure': [respond(503, {}), { status: 503 }, '503'],
  'an answer of the wrong shape': [respond(200, { id: 'seven' }), { status: 200, error: 'malformed' }],
  'no answer in time': [hang, { error: 'timeout' }],
  'an answer that breaks off': [breakOff, { error: 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH' }],
  'a connection that is closed': [({ socket }) => socket.destroy(), { error: 'UND_ERR_SOCKET' }]
}

describe.each([
  ['forward', undefined],
  ['trace', createRecordedTracing('asking')]
])('in %s mode an outgoing call is measured and named in the log', (_mode, tracing) => {
  const modes = tracing ? { tracing } : {}

  test.each(Object.entries(outcomes))('with %s', async (_name, [answer, outcome, label]) => {
    await using upstream = await startTinyServer(answer)
    const timeoutMs = answer === hang ? SHORT_MS : LONG_MS
    await using server = await startApp(builder({ origins: [upstream.origin], timeoutMs, ...modes }))
    await ask(server.origin, '/ask/1')
    const error = outcome.error ?? label
    const labels = {
      http_request_method: 'GET',
      server_address: '127.0.0.1',
      server_port: String(upstream.port),
      ...(outcome.status !== undefined && { http_response_status_code: String(outcome.status) }),
      ...(error !== undefined && { error_type: error })
    }
    expect(await countsOf(server)).toEqual([[labels, 1]])
    expect(await lineOf(server)).toMatchObject({
      route: '/ask/:id',
      status: 200,
      upstream: [{ name: 'things', ...outcome, ms: expect.any(Number), attempt: 1 }]
    })
  })

  test('with nobody there, at every attempt', async () => {
    const port = await refusingPort()
    await using server = await startApp(builder({ origins: [`http://127.0.0.1:${port}`], attempts: 2, ...modes }))
    await ask(server.origin, '/ask/1')
    expect(await countsOf(server)).toMatchObject([[{ server_port: String(port), error_type: 'ECONNREFUSED' }, 2]])
    expect(await lineOf(server)).toMatchObject({
      upstream: [
        { name: 'things', error: 'ECONNREFUSED', attempt: 1 },
        { name: 'things', error: 'ECONNREFUSED', attempt: 2 }
      ]
    })
  })
})

describe('of many calls', () => {
  test('the log names ten and counts the others', async () => {
    await using upstream = await startTinyServer(respond(500, {}))
    await using server = await startApp(builder({ origins: [upstream.origin], attempts: 13 }))
    await ask(server.origin, '/ask/1')
    const line = await lineOf(server)
    expect(line).toMatchObject({ upstream_more: { calls: 3, failed: 3 } })
    expect(Object.entries(line).flatMap(([name, value]) => (name === 'upstream' ? value : [])).length).toBe(10)
    expect((await countsOf(server)).map(([, count]) => count)).toEqual([13])
  })

  test('there are as many series as there are addresses and outcomes, whatever is asked', async () => {
    await using one = await startTinyServer(good)
    await using other = await startTinyServer(good)
    await using server = await startApp(builder({ origins: [one.origin, other.origin] }))
    for (let id = 0; id < 20; id += 1) await ask(server.origin, `/ask/${id}?q=${id}`)
    expect((await countsOf(server)).map(([, count]) => count)).toEqual([10, 10])
  })
})

test('an address without a port is measured with the default port', async () => {
  await using server = await startApp(builder({ origins: ['http://[::1]:80'] }))
  await ask(server.origin, '/ask/1')
  expect(await countsOf(server)).toMatchObject([[{ server_address: '::1', server_port: '80' }, 1]])
})

test('a request without calls has no field for calls', async () => {
  await using server = await startApp(builder({ origins: ['http://127.0.0.1:1'] }))
  await ask(server.origin, '/nope')
  expect(await callsOf(server)).toEqual([])
  const line = await lineOf(server)
  expect(line).toMatchObject({ status: 404 })
  expect(Object.keys(line).filter((name) => name.startsWith('upstream'))).toEqual([])
})

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const SPAN = 'b7ad6b7169203331'

describe('the exemplar of a call', () => {
  async function exemplarsOf(flags: string, tracing?: Tracing): Promise<unknown[]> {
    await using upstream = await startTinyServer(good)
    await using server = await startApp(builder({ origins: [upstream.origin], ...(tracing && { tracing }) }))
    await ask(server.origin, '/ask/1', { headers: { traceparent: `00-${TRACE}-${SPAN}-${flags}` } })
    return (await callsOf(server)).flatMap(({ exemplar }) => (exemplar ? [exemplar.labels] : []))
  }

  test("in forward mode is the caller's span, if that is recorded", async () => {
    expect(await exemplarsOf('01')).toEqual([{ trace_id: TRACE, span_id: SPAN }])
    expect(await exemplarsOf('00')).toEqual([])
  })

  test('in trace mode is its own span, if that is recorded', async () => {
    const tracing = createRecordedTracing('asking')
    expect(await exemplarsOf('00', tracing)).toEqual([])
    const found = await exemplarsOf('01', tracing)
    const span = tracing.spans().find(({ name }) => name === 'GET')
    expect(found).toEqual([{ trace_id: TRACE, span_id: span?.spanContext().spanId }])
  })
})

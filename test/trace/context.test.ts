import { respond, startTinyServer, type SeenRequest } from '@bookinfo/service-kit/testing'
import { createRecordedTracing, type RecordedTracing } from '@bookinfo/tracing/testing'
import { describe, expect, test } from 'vitest'
import { addressOf, reviewsVersions, startReviews, type Env } from '../support/index.ts'

const W3C = '0af7651916cd43dd8448eb211c80319c'
const B3 = '80f198ee56343ba864fe8b2a57d3eff7'
const SPAN = 'b7ad6b7169203331'
const EVERY = ['b3', 'b3multi', 'tracecontext', 'baggage']

const ratings = respond(200, { id: 0, ratings: { Reviewer1: 5, Reviewer2: 4 } })

interface Case {
  sent: Env
  propagators?: string[]
  /** The trace that reviews' span must belong to; undefined for one of its own. */
  trace: string | undefined
  parent: string | undefined
  /** Names of the trace headers that ratings must get, each once. */
  arrives: string[]
  recorded?: boolean
}

const b3multi = { 'x-b3-traceid': B3, 'x-b3-spanid': SPAN, 'x-b3-sampled': '1' }
const cases: Record<string, Case> = {
  'no context': { sent: {}, trace: undefined, parent: undefined, arrives: ['traceparent'] },
  W3C: { sent: { traceparent: `00-${W3C}-${SPAN}-01` }, trace: W3C, parent: SPAN, arrives: ['traceparent'] },
  'W3C with state and baggage': {
    sent: { traceparent: `00-${W3C}-${SPAN}-01`, tracestate: 'k=1', baggage: 'shop=books' },
    trace: W3C,
    parent: SPAN,
    arrives: ['traceparent', 'tracestate', 'baggage']
  },
  'W3C, not sampled': {
    sent: { traceparent: `00-${W3C}-${SPAN}-00` },
    trace: W3C,
    parent: SPAN,
    arrives: ['traceparent'],
    recorded: false
  },
  'B3 in many headers, which nobody here reads': {
    sent: b3multi,
    trace: undefined,
    parent: undefined,
    arrives: ['traceparent', 'x-b3-traceid', 'x-b3-spanid', 'x-b3-sampled']
  },
  'B3 in many headers': {
    sent: b3multi,
    propagators: ['b3multi'],
    trace: B3,
    parent: SPAN,
    arrives: ['x-b3-traceid', 'x-b3-spanid', 'x-b3-sampled']
  },
  'B3 in one header': {
    sent: { b3: `${B3}-${SPAN}-1` },
    propagators: ['b3'],
    trace: B3,
    parent: SPAN,
    arrives: ['b3']
  },
  'both, and traceparent wins': {
    sent: { ...b3multi, traceparent: `00-${W3C}-${SPAN}-01` },
    propagators: EVERY,
    trace: W3C,
    parent: SPAN,
    arrives: ['traceparent', 'x-b3-traceid', 'x-b3-spanid', 'x-b3-sampled', 'b3']
  },
  malformed: {
    sent: { traceparent: '00-nothex-zz-01' },
    trace: undefined,
    parent: undefined,
    arrives: ['traceparent']
  },
  "other tracers' headers": {
    sent: { 'x-datadog-trace-id': '1', sw8: 'v', 'x-request-id': 'r' },
    trace: undefined,
    parent: undefined,
    arrives: ['traceparent', 'x-datadog-trace-id', 'sw8', 'x-request-id']
  }
}

describe('the context that comes in', () => {
  test.each(Object.entries(cases))(
    '%s',
    async (_name, { sent, propagators, trace, parent, arrives, recorded = true }) => {
      const tracing = createRecordedTracing('reviews', propagators)
      await using upstream = await startTinyServer(ratings)
      {
        await using reviews = await startTracedReviews(tracing, upstream.port)
        await (await fetch(`${reviews.origin}/reviews/0`, { headers: sent })).text()
      }
      const [seen] = upstream.seen
      expect(traceHeadersOf(seen)).toEqual(arrives.toSorted())
      const server = tracing.spans().find(({ name }) => name === 'GET /reviews/:id')
      expect(tracing.spans().length).toBe(recorded ? 2 : 0)
      expect(server?.parentSpanContext?.spanId).toBe(recorded ? parent : undefined)
      expect(traceIdIn(seen)).toBe(trace ?? server?.spanContext().traceId)
      expect(headerOf(seen, 'traceparent')?.endsWith('-00') ?? false).toBe(!recorded)
    }
  )
})

test('each of 200 calls at once, through 8 connections, carries one traceparent, that of its own request', async () => {
  const READERS = 200
  const CONNECTIONS = 8
  const tracing = createRecordedTracing('reviews')
  await using upstream = await startTinyServer(ratings)
  {
    // Kept-alive connections are handed from call to call: that is where contexts got mixed up in undici.
    const env = { UPSTREAM_CONNECTIONS: 'keep-alive' }
    await using reviews = await startTracedReviews(tracing, upstream.port, env, CONNECTIONS)
    const ask = async (reader: number): Promise<void> => {
      const traceparent = `00-${reader.toString(16).padStart(32, '0')}-${SPAN}-01`
      await (await fetch(`${reviews.origin}/reviews/${reader}`, { headers: { traceparent } })).text()
    }
    await Promise.all(Array.from({ length: READERS }, (_, index) => ask(index + 1)))
  }
  expect(upstream.seen.length).toBe(READERS)
  expect(new Set(upstream.seen.map(({ remotePort }) => remotePort)).size).toBeLessThanOrEqual(CONNECTIONS)
  for (const seen of upstream.seen) {
    expect(seen.headers.filter(([name]) => name === 'traceparent').length).toBe(1)
    const reader = Number(seen.url.split('/').at(-1))
    expect(traceIdIn(seen)).toBe(reader.toString(16).padStart(32, '0'))
  }
  const clients = new Map(tracing.spans().map((span) => [span.spanContext().spanId, span]))
  for (const seen of upstream.seen) {
    const call = clients.get(headerOf(seen, 'traceparent')?.split('-')[2] ?? '')
    expect(call?.attributes['url.full']).toBe(`http://127.0.0.1:${upstream.port}${seen.url}`)
  }
})

function startTracedReviews(tracing: RecordedTracing, ratingsPort: number, env: Env = {}, maxConnections?: number) {
  const deps = { tracing, ...(maxConnections !== undefined && { maxConnections }) }
  return startReviews({ ...reviewsVersions.v2, ...addressOf('ratings', ratingsPort), ...env }, deps)
}

const ownHeaders = new Set(['host', 'connection', 'accept', 'user-agent'])

function traceHeadersOf(seen: SeenRequest | undefined): string[] {
  return (seen?.headers ?? [])
    .map(([name]) => name)
    .filter((name) => !ownHeaders.has(name))
    .toSorted()
}

function headerOf(seen: SeenRequest | undefined, name: string): string | undefined {
  return seen?.headers.find(([other]) => other === name)?.[1]
}

function traceIdIn(seen: SeenRequest | undefined): string | undefined {
  return (
    headerOf(seen, 'traceparent')?.split('-')[1] ??
    headerOf(seen, 'x-b3-traceid') ??
    headerOf(seen, 'b3')?.split('-')[0]
  )
}

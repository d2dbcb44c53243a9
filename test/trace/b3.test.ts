import { respond, startTinyServer } from '@bookinfo/service-kit/testing'
import { createRecordedTracing } from '@bookinfo/tracing/testing'
import { describe, expect, test } from 'vitest'
import { addressOf, reviewsVersions, startReviews, type Env } from '../support/index.ts'

const TRACE = '80f198ee56343ba864fe8b2a57d3eff7'
const CALLER = 'e457b5a2e4d86bd1'
const OTHER = '0af7651916cd43dd8448eb211c80319c'
const single = { b3: `${TRACE}-${CALLER}-1` }
const multi = {
  'x-b3-traceid': TRACE,
  'x-b3-spanid': CALLER,
  'x-b3-parentspanid': '05e3ac9a4f6e3b90',
  'x-b3-sampled': '1'
}
const traceparent = `00-${OTHER}-${CALLER}-01`

/** Sends a request through reviews; what of B3 and W3C came to ratings, and the spans that were made. */
async function sendThrough(sent: Env, propagators: string[]) {
  const tracing = createRecordedTracing('reviews', propagators)
  await using ratings = await startTinyServer(respond(200, { id: 0, ratings: { Reviewer1: 5, Reviewer2: 4 } }))
  {
    const env = { ...reviewsVersions.v2, ...addressOf('ratings', ratings.port) }
    await using reviews = await startReviews(env, { tracing })
    await (await fetch(`${reviews.origin}/reviews/0`, { headers: sent })).text()
  }
  const arrived = ratings.seen[0]?.headers.filter(([name]) => /^(b3|x-b3-.*|traceparent)$/.test(name)) ?? []
  const [client, server] = ['GET', 'GET /reviews/:id'].map((name) => tracing.spans().find((span) => span.name === name))
  return { arrived: Object.fromEntries(arrived), client, server }
}

const callers: [what: string, sent: Env, propagators: string[], arrives: (span: string) => Env][] = [
  ['one header to one', single, ['b3'], (span) => ({ b3: `${TRACE}-${span}-1` })],
  [
    'one header to many',
    single,
    ['b3multi'],
    (span) => ({ 'x-b3-traceid': TRACE, 'x-b3-spanid': span, 'x-b3-sampled': '1' })
  ],
  ['many headers to one', multi, ['b3'], (span) => ({ b3: `${TRACE}-${span}-1` })],
  [
    'many headers to many',
    multi,
    ['b3multi'],
    (span) => ({ 'x-b3-traceid': TRACE, 'x-b3-spanid': span, 'x-b3-sampled': '1' })
  ],
  [
    'a stale header beside traceparent',
    { ...single, traceparent },
    ['tracecontext', 'b3multi'],
    (span) => ({
      traceparent: `00-${OTHER}-${span}-01`,
      'x-b3-traceid': OTHER,
      'x-b3-spanid': span,
      'x-b3-sampled': '1'
    })
  ]
]

test.each(callers)('from %s, the called one learns of one parent, the call', async (_what, sent, names, arrives) => {
  const { arrived, client, server } = await sendThrough(sent, names)
  expect(server?.parentSpanContext?.spanId).toBe(CALLER)
  expect(arrived).toEqual(arrives(client?.spanContext().spanId ?? 'no span'))
})

describe('a decision without ids begins a trace, and holds for all of it', () => {
  const refusals: [sent: Env, propagators: string[], arrives: Env][] = [
    [{ b3: '0' }, ['b3'], { b3: expect.stringMatching(/^[0-9a-f]{32}-[0-9a-f]{16}-0$/) }],
    [{ 'x-b3-sampled': '0' }, ['b3'], { b3: expect.stringMatching(/^[0-9a-f]{32}-[0-9a-f]{16}-0$/) }],
    [
      { 'x-b3-sampled': '0' },
      ['tracecontext', 'b3'],
      {
        b3: expect.stringMatching(/-0$/),
        traceparent: expect.stringMatching(/-00$/)
      }
    ],
    [
      { b3: '0' },
      ['b3multi'],
      {
        'x-b3-traceid': expect.stringMatching(/^[0-9a-f]{32}$/),
        'x-b3-spanid': expect.stringMatching(/^[0-9a-f]{16}$/),
        'x-b3-sampled': '0'
      }
    ]
  ]

  test.each(refusals)('not to record: %o, to %o', async (sent, names, arrives) => {
    const { arrived, client, server } = await sendThrough(sent, names)
    expect([client, server]).toEqual([undefined, undefined])
    expect(arrived).toEqual(arrives)
  })

  test('to debug', async () => {
    const { arrived, client, server } = await sendThrough({ 'x-b3-flags': '1' }, ['b3'])
    expect(server?.parentSpanContext).toBeUndefined()
    expect(arrived).toEqual({ b3: `${server?.spanContext().traceId}-${client?.spanContext().spanId}-d` })
  })
})

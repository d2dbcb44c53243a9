import { describe, expect, it } from 'vitest'
import { bookinfoTrace, otlpRequest, startViewer, traceId, type RunningViewer } from './support/index.ts'

const NOON_MS = Date.UTC(2026, 10, 22, 12)
const MINUTE_MS = 60_000

/** Three visits: one ten minutes ago, one slow, and one in which ratings was down. */
async function startFilled(): Promise<RunningViewer> {
  const viewer = await startViewer({ now: () => NOON_MS })
  await viewer.send(bookinfoTrace({ trace: 1, startMs: NOON_MS - 10 * MINUTE_MS }))
  await viewer.send(bookinfoTrace({ trace: 2, startMs: NOON_MS - 2 * MINUTE_MS, slow: 10 }))
  await viewer.send(bookinfoTrace({ trace: 3, startMs: NOON_MS - MINUTE_MS, down: 'ratings' }))
  return viewer
}

const wrap = (data: unknown, total = 0) => ({ data, total, limit: 0, offset: 0, errors: null })

describe('services and operations', () => {
  it('are empty lists without spans', async () => {
    await using viewer = await startViewer()
    expect(await viewer.read('/api/services')).toEqual({ status: 200, type: 'application/json', body: wrap([]) })
    expect(await viewer.read('/api/services/nobody/operations')).toMatchObject({ status: 200, body: wrap([]) })
    expect(await viewer.read('/api/dependencies')).toMatchObject({ status: 200, body: wrap([]) })
    expect(await viewer.read('/api/traces?service=nobody')).toMatchObject({ status: 200, body: wrap([]) })
  })

  it('are told by name', async () => {
    await using viewer = await startFilled()
    expect(await viewer.read('/api/services')).toMatchObject({
      body: wrap(['details', 'productpage', 'ratings', 'reviews'], 4)
    })
    expect(await viewer.read('/api/services/reviews/operations')).toMatchObject({
      body: wrap(['GET', 'GET /reviews/:productId'], 2)
    })
  })

  it('are told by kind where that is asked', async () => {
    await using viewer = await startFilled()
    const client = { name: 'GET', spanKind: 'client' }
    const server = { name: 'GET /reviews/:productId', spanKind: 'server' }
    expect(await viewer.read('/api/operations?service=reviews')).toMatchObject({ body: wrap([client, server], 2) })
    expect(await viewer.read('/api/operations?service=reviews&spanKind=server')).toMatchObject({
      body: wrap([server], 1)
    })
  })

  it('may have any name', async () => {
    await using viewer = await startViewer()
    await viewer.send(otlpRequest({ 'a/b ü?': [{ id: 1 }] }))
    expect(await viewer.read('/api/services/a%2Fb%20%C3%BC%3F/operations')).toMatchObject({ body: wrap(['span 1'], 1) })
  })
})

const us = (ms: number) => ms * 1000

const searches: [query: string, found: number[]][] = [
  ['service=productpage', [3, 2, 1]],
  ['service=productpage&limit=2', [3, 2]],
  ['service=productpage&limit=0', []],
  ['service=ratings', [2, 1]],
  ['service=nobody', []],
  ['service=productpage&operation=GET+/productpage', [3, 2, 1]],
  ['service=productpage&operation=GET+/ratings/:productId', []],
  [`service=productpage&start=${us(NOON_MS - 5 * MINUTE_MS)}&end=${us(NOON_MS)}`, [3, 2]],
  [`service=productpage&end=${us(NOON_MS - 5 * MINUTE_MS)}`, [1]],
  ['service=productpage&lookback=5m', [3, 2]],
  ['service=productpage&lookback=1h', [3, 2, 1]],
  [`service=productpage&lookback=custom&start=${us(NOON_MS - 5 * MINUTE_MS)}`, [3, 2]],
  ['service=productpage&minDuration=200ms', [2]],
  ['service=productpage&minDuration=0.2s&maxDuration=1s', [2]],
  ['service=details&maxDuration=3000us', [3, 1]],
  ['service=reviews&tags=%7B%22error%22%3A%22true%22%7D', [3]],
  ['service=ratings&tags=%7B%22error%22%3A%22true%22%7D', []],
  ['service=reviews&tag=otel.status_code:ERROR', [3]],
  ['service=productpage&tags={"http.response.status_code":"200","span.kind":"server"}', [3, 2, 1]],
  ['service=productpage&tags={"http.response.status_code":"200","span.kind":"client"}', []],
  ['service=reviews&tag=exception.type:ECONNREFUSED', [3]],
  ['service=ratings&tag=host.name:ratings-host', [2, 1]],
  [`traceID=${traceId(2)}&traceID=${traceId(1)}`, [2, 1]]
]

it.for(searches)('finds by %s', async ([query, found]) => {
  await using viewer = await startFilled()
  const { status, body } = await viewer.read(
    `/api/traces?${encodeURI(decodeURIComponent(query)).replaceAll('+', '%20')}`
  )
  const { data, errors }: { data: { traceID: string }[]; errors: unknown } = Object(body)
  expect({ status, errors, found: data.map(({ traceID }) => traceID) }).toEqual({
    status: 200,
    errors: null,
    found: found.map(traceId)
  })
})

it('names the traces that it does not have among those asked for by id', async () => {
  await using viewer = await startFilled()
  expect(await viewer.read(`/api/traces?traceID=${traceId(9)}`)).toMatchObject({
    status: 200,
    body: { ...wrap([]), errors: [{ msg: 'trace not found', traceID: traceId(9) }] }
  })
})

it('takes and tells ids of 64 bits without the zeros in front, as Jaeger does', async () => {
  await using viewer = await startViewer()
  const [resource] = otlpRequest({ details: [{ id: 1 }] }).resourceSpans ?? []
  const span = {
    ...resource?.scopeSpans?.[0]?.spans?.[0],
    traceId: '0000000000000000a3ce929d0e0e4736',
    spanId: '00000000000000ab'
  }
  await viewer.send({ resourceSpans: [{ ...resource, scopeSpans: [{ spans: [span] }] }] })
  for (const id of ['a3ce929d0e0e4736', 'A3CE929D0E0E4736', '0000000000000000a3ce929d0e0e4736']) {
    expect(await viewer.read(`/api/traces/${id}`)).toMatchObject({ body: { data: [{ traceID: 'a3ce929d0e0e4736' }] } })
  }
})

describe('dependencies', () => {
  const all = [
    { parent: 'productpage', child: 'details', callCount: 3 },
    { parent: 'productpage', child: 'reviews', callCount: 3 },
    { parent: 'reviews', child: 'ratings', callCount: 2 }
  ]

  it('count the calls of which both sides left spans', async () => {
    await using viewer = await startFilled()
    expect(await viewer.read('/api/dependencies')).toEqual({ status: 200, type: 'application/json', body: wrap(all) })
  })

  it('are those of a time and a service, in milliseconds', async () => {
    await using viewer = await startFilled()
    const { body } = await viewer.read(`/api/dependencies?endTs=${NOON_MS - 5 * MINUTE_MS}&lookback=${10 * MINUTE_MS}`)
    expect(body).toEqual(wrap(all.map((link) => ({ ...link, callCount: 1 }))))
    expect(await viewer.read('/api/dependencies?service=ratings')).toMatchObject({ body: wrap(all.slice(2)) })
  })
})

const refused: [path: string, status: number, message: RegExp][] = [
  [`/api/traces/${traceId(9)}`, 404, /^trace not found$/],
  ['/api/traces/xyz', 400, /"xyz" is not a trace id/],
  [`/api/traces/${'1'.repeat(33)}`, 400, /not a trace id/],
  ['/api/traces', 400, /^parameter 'service' is required$/],
  ['/api/traces?service=', 400, /'service' is required/],
  ['/api/traces?traceID=no', 400, /"no" is not a trace id/],
  ['/api/traces?service=a&limit=x', 400, /'limit': "x" is not a whole number/],
  ['/api/traces?service=a&limit=-1', 400, /'limit'/],
  ['/api/traces?service=a&start=yesterday', 400, /'start'/],
  ['/api/traces?service=a&end=1.5', 400, /'end'/],
  ['/api/traces?service=a&lookback=5', 400, /'lookback': "5" is not a duration/],
  ['/api/traces?service=a&minDuration=fast', 400, /'minDuration'/],
  ['/api/traces?service=a&maxDuration=1y', 400, /'maxDuration'/],
  ['/api/traces?service=a&minDuration=2s&maxDuration=1s', 400, /'maxDuration' should be greater than 'minDuration'/],
  ['/api/traces?service=a&tags=x', 400, /malformed 'tags'/],
  ['/api/traces?service=a&tags=%7B%22a%22%3A1%7D', 400, /malformed 'tags'/],
  ['/api/traces?service=a&tags=[]', 400, /malformed 'tags'/],
  ['/api/traces?service=a&tag=x', 400, /malformed 'tag'/],
  ['/api/operations', 400, /'service' is required/],
  ['/api/dependencies?endTs=now', 400, /'endTs'/],
  ['/api/dependencies?lookback=1h', 400, /'lookback'/]
]

it.for(refused)('answers %s with %s in the same form', async ([path, code, message]) => {
  await using viewer = await startViewer()
  expect(await viewer.read(path)).toEqual({
    status: code,
    type: 'application/json',
    body: { ...wrap(null), errors: [{ code, msg: expect.stringMatching(message) }] }
  })
})

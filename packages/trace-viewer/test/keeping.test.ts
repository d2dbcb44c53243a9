import { describe, expect, it } from 'vitest'
import { createLogStore } from '../src/log-store.ts'
import { readSpans } from '../src/otlp/read-spans.ts'
import { createTraceStore } from '../src/trace-store.ts'
import { bookinfoTrace, otlpRequest, startViewer, traceId, type RunningViewer } from './support/index.ts'

async function tracesOf(viewer: RunningViewer): Promise<Record<string, string[]>> {
  const { body } = await viewer.read('/api/traces?service=details&start=0&limit=1000')
  const { data }: { data: { traceID: string; spans: { operationName: string }[] }[] } = Object(body)
  return Object.fromEntries(data.map(({ traceID, spans }) => [traceID, spans.map((span) => span.operationName)]))
}

const details = (...spans: [trace: number, id: number, name?: string][]) =>
  otlpRequest({ details: spans.map(([trace, id, name]) => ({ trace, id, ...(name !== undefined && { name }) })) })

describe('the bound', () => {
  it('lets the oldest traces go first, and never a part of one', async () => {
    await using viewer = await startViewer({ env: { MAX_SPANS: '4' } })
    await viewer.send(details([1, 11], [1, 12], [2, 21]))
    await viewer.send(details([3, 31]))
    expect(Object.keys(await tracesOf(viewer)).toSorted()).toEqual([traceId(1), traceId(2), traceId(3)])
    await viewer.send(details([4, 41]))
    expect(await tracesOf(viewer)).toEqual({
      [traceId(2)]: ['span 21'],
      [traceId(3)]: ['span 31'],
      [traceId(4)]: ['span 41']
    })
  })

  it('does not take late spans of a trace that has gone: they would look like a trace of their own', async () => {
    await using viewer = await startViewer({ env: { MAX_SPANS: '2' } })
    await viewer.send(details([1, 0x11], [2, 0x21], [3, 0x31]))
    await viewer.send(details([1, 0x12]))
    expect(Object.keys(await tracesOf(viewer)).toSorted()).toEqual([traceId(2), traceId(3)])
  })

  it('lets a trace go that grows while it is the oldest', async () => {
    await using viewer = await startViewer({ env: { MAX_SPANS: '2' } })
    await viewer.send(details([1, 0x11], [2, 0x21], [1, 0x12]))
    expect(Object.keys(await tracesOf(viewer))).toEqual([traceId(2)])
  })

  it('forgets the names and the summary of what has changed or gone', async () => {
    await using viewer = await startViewer({ env: { MAX_SPANS: '2' } })
    const list = async () => String((await viewer.read('/')).body)
    await viewer.send(details([1, 0x11, 'first']))
    expect(await list()).toMatch(/<option value="first"/)
    await viewer.send(details([1, 0x12, 'second']))
    expect(await list()).toMatch(/1 trace, of\s+2 spans in memory/)
    expect(await list()).toMatch(/<span class="spans small quiet">2 spans</)
    await viewer.send(details([2, 0x21, 'third']))
    expect(await list()).toMatch(/<option value="third"/)
    expect(await list()).not.toMatch(/<option value="first"/)
  })

  it('says so where a single trace is too large', async () => {
    await using viewer = await startViewer({ env: { MAX_SPANS: '2' } })
    await viewer.send(details([1, 0x11], [1, 0x12], [1, 0x13], [1, 0x14]))
    expect(await viewer.read(`/api/traces/${traceId(1)}`)).toMatchObject({
      body: {
        data: [{ spans: [{}, {}], warnings: ['2 spans of this trace were not kept: there are too many'] }]
      }
    })
    expect((await viewer.read(`/trace/${traceId(1)}`)).body).toContain('2 spans of this trace found no room')
  })

  it('counts bytes too, so that a few large spans are not too much either', () => {
    const store = createTraceStore(10_000, 1_000)
    for (const trace of [1, 2, 3]) store.add(readSpans(details([trace, trace]), 'hex'), 400)
    expect(store.count()).toEqual({ traces: 2, spans: 2, tracesGone: 1 })
    expect(store.get(traceId(1))).toBeUndefined()
  })

  it('counts the bytes of a span that comes again', () => {
    const store = createTraceStore(10_000, 1_000)
    const send = (trace: number, bytes: number) => store.add(readSpans(details([trace, trace]), 'hex'), bytes)
    send(1, 10)
    send(2, 10)
    send(2, 995)
    expect(store.count()).toEqual({ traces: 1, spans: 1, tracesGone: 1 })
    send(2, 10)
    send(3, 900)
    expect(store.count()).toEqual({ traces: 2, spans: 2, tracesGone: 1 })
    send(3, 1_001)
    expect(store.get(traceId(3))).toMatchObject({ refused: 1 })
  })

  it('counts many empty events as more than the bytes that they came in', () => {
    const store = createTraceStore(10_000, 100_000)
    const [span] = readSpans(details([1, 1]), 'hex')
    const events = Array.from({ length: 1_000 }, () => ({ timeUs: 0, name: '', attributes: [] }))
    if (span) for (const id of [2, 3]) store.add([{ ...span, traceId: traceId(id), events }], 2_000)
    expect(store.count()).toEqual({ traces: 1, spans: 1, tracesGone: 1 })
  })

  it('holds for log lines', () => {
    const store = createLogStore(2)
    const line = { traceId: 'a', spanId: '', service: '', version: '', level: '', message: '', fields: [] }
    for (const timeUs of [3, 2, 1]) store.add({ ...line, timeUs })
    expect(store.ofTrace('a').map(({ timeUs }) => timeUs)).toEqual([1, 2])
  })
})

it('takes spans in any order and in any number of requests', async () => {
  await using viewer = await startViewer()
  const { resourceSpans = [] } = bookinfoTrace()
  for (const part of resourceSpans.toReversed()) await viewer.send({ resourceSpans: [part] })
  const { body } = await viewer.read(`/api/traces/${traceId(1)}`)
  expect(body).toMatchObject({
    data: [
      {
        spans: [
          { operationName: 'GET /productpage', warnings: null },
          { operationName: 'GET', warnings: null },
          { operationName: 'GET', warnings: null },
          { operationName: 'GET /details/:id', warnings: null },
          { operationName: 'GET /reviews/:productId', warnings: null },
          { operationName: 'GET', warnings: null },
          { operationName: 'GET /ratings/:productId', warnings: null }
        ],
        processes: {
          p1: { serviceName: 'productpage' },
          p2: { serviceName: 'details' },
          p3: { serviceName: 'reviews' },
          p4: { serviceName: 'ratings' }
        }
      }
    ]
  })
})

it('puts a span that comes again in the place of the first', async () => {
  await using viewer = await startViewer({ env: { MAX_SPANS: '2' } })
  await viewer.send(details([1, 1, 'first'], [1, 2, 'other']))
  await viewer.send(details([1, 1, 'second']))
  expect(await tracesOf(viewer)).toEqual({ [traceId(1)]: ['second', 'other'] })
})

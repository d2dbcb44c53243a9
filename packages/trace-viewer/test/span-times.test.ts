import { describe, expect, it } from 'vitest'
import { spanTimes } from '../src/critical-path.ts'
import { readSpans } from '../src/otlp/read-spans.ts'
import { createTraceStore } from '../src/trace-store.ts'
import { NOON_MS, otlpRequest, startViewer, traceId, type OtlpRequest, type SpanSketch } from './support/index.ts'

/** By span: its self time, and its stretches of the critical path from first to last, in milliseconds after noon. */
function timesOf(...spans: SpanSketch[]): Record<string, [selfMs: number, ...critical: string[]]> {
  const store = createTraceStore(100_000)
  store.add(readSpans(otlpRequest({ details: spans }), 'hex'), 1)
  const trace = store.get(traceId(1)) ?? { id: '', spans: new Map(), refused: 0, changes: 0 }
  const ms = (us: number) => us / 1000 - NOON_MS
  return Object.fromEntries(
    [...spanTimes(trace)].map(([{ name }, { selfUs, critical }]) => [
      name,
      [selfUs / 1000, ...critical.toReversed().map(({ startUs, endUs }) => `${ms(startUs)}-${ms(endUs)}`)]
    ])
  )
}

const span = (id: number, parent: number | undefined, [from, to]: [number, number]): SpanSketch => ({
  id,
  ...(parent !== undefined && { parent }),
  startMs: NOON_MS + from,
  ms: to - from
})

describe('the critical path', () => {
  it('follows the child that ended last, then the one before it', () => {
    const root = span(1, undefined, [0, 30])
    expect(timesOf(root, span(2, 1, [2, 7]), span(3, 1, [9, 28]), span(4, 3, [10, 20]))).toEqual({
      'span 1': [6, '0-2', '7-9', '28-30'],
      'span 2': [5, '2-7'],
      'span 3': [9, '9-10', '20-28'],
      'span 4': [10, '10-20']
    })
  })

  it('leaves out what ran beside a longer one', () => {
    expect(timesOf(span(1, undefined, [0, 30]), span(2, 1, [2, 20]), span(3, 1, [2, 28]))).toEqual({
      'span 1': [4, '0-2', '28-30'],
      'span 2': [18],
      'span 3': [26, '2-28']
    })
  })

  it('ends with the trace, however long a child goes on', () => {
    expect(timesOf(span(1, undefined, [0, 10]), span(2, 1, [5, 90]))).toEqual({
      'span 1': [5, '0-5'],
      'span 2': [85, '5-10']
    })
  })

  it('ends where spans are each other’s parents', () => {
    expect(timesOf(span(1, 2, [0, 10]), span(2, 1, [0, 10]))).toEqual({ 'span 1': [0], 'span 2': [0] })
  })
})

describe('a server span that outlasts the call', () => {
  const caller = (rest: Partial<SpanSketch>): SpanSketch => ({
    id: 1,
    kind: 'client',
    startMs: NOON_MS,
    ms: 3_000,
    ...rest
  })
  const server: SpanSketch = { id: 2, parent: 1, kind: 'server', startMs: NOON_MS + 1, ms: 10_000 }
  const textOf = async (request: OtlpRequest) => {
    await using viewer = await startViewer()
    await viewer.send(request)
    return String((await viewer.read(`/trace/${traceId(1)}`)).body)
  }

  it('says that its caller gave up', async () => {
    const timeout = caller({ error: 'The operation was aborted due to timeout' })
    const text = await textOf(otlpRequest({ productpage: [timeout], reviews: [server] }))
    expect(text).toContain('caller gave up</span>')
    expect(text).toContain('Its caller gave up after 3 s (The operation was aborted due to timeout).')
    expect(text).toContain('This server worked on for 7 s')
  })

  it('says so by the word of the server, if clocks let it end before the call, and how long its own calls went on', async () => {
    const timeout = caller({ error: 'timeout' })
    const left = { ...server, ms: 2_998.6, error: 'caller_gone', attributes: { 'error.type': 'caller_gone' } }
    const late: SpanSketch = { id: 3, parent: 2, kind: 'client', startMs: NOON_MS + 2, ms: 7_000 }
    const alone = await textOf(otlpRequest({ productpage: [timeout], reviews: [left] }))
    expect(alone).toContain('caller gave up</span>')
    expect(alone).not.toContain('worked on')
    const busy = await textOf(otlpRequest({ productpage: [timeout], reviews: [left, late] }))
    expect(busy).toContain('This server worked on for 4 s, for nobody.')
  })

  it.for([{}, { error: '500', attributes: { 'http.response.status_code': 500 } }])(
    'says that its caller had read the answer: %j',
    async (rest) => {
      // One service has one clock.
      const text = await textOf(otlpRequest({ reviews: [caller(rest), server] }))
      expect(text).toContain('answer read 7 s before its end</span>')
      expect(text).toContain('while this server still closed the request')
    }
  )

  it('says that clocks of two machines may differ', async () => {
    const text = await textOf(otlpRequest({ productpage: [caller({})], reviews: [server] }))
    expect(text).toContain('clocks may differ by 7 s</span>')
    expect(text).toContain('the clocks of productpage-host and reviews-host differ')
  })

  it('has no mark if it ends before', async () => {
    const text = await textOf(otlpRequest({ productpage: [caller({ ms: 10_001 })], reviews: [server] }))
    expect(text).not.toContain('class="mark odd"')
  })
})

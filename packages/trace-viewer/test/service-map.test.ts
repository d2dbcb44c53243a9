import { describe, expect, it } from 'vitest'
import { layOut } from '../src/map-layout.ts'
import { LABEL, NODE } from '../src/map-lines.ts'
import { readSpans } from '../src/otlp/read-spans.ts'
import { serviceMap, type Edge } from '../src/service-map.ts'
import { createTraceStore, type Trace } from '../src/trace-store.ts'
import type { Party } from '../src/service-calls.ts'
import { bookinfoTrace, otlpRequest, spanId, type OtlpRequest, type SpanSketch } from './support/index.ts'

const NOON_MS = Date.UTC(2026, 10, 22, 12)

function tracesOf(...requests: OtlpRequest[]): readonly Trace[] {
  const store = createTraceStore(10_000)
  for (const request of requests) store.add(readSpans(request, 'hex'), 1)
  return store.all()
}

const [example] = readSpans(otlpRequest({ a: [{ id: 1 }] }), 'hex')
if (example === undefined) throw new Error('a request of one span has none')

/** @param name a service, or one of its versions: `reviews v3` */
function party(name: string): Party {
  const [service = '', version = ''] = name.split(' ')
  return { service, version }
}

const edge = (from: string | undefined, to: string): Edge => ({
  from: from === undefined ? undefined : party(from),
  to: party(to),
  calls: 1,
  perSecond: 1,
  share: undefined,
  errorRate: 0,
  p95Us: 1,
  slowest: example,
  failed: undefined,
  unanswered: false,
  isDatabase: false
})

/** An edge in the form of the picture. */
function inWords({ from, to, share }: Edge): string {
  const names = [from, to].map((end) => (end ? `${end.service} ${end.version}`.trim() : 'outside'))
  return `${names.join(' > ')}${share === undefined ? '' : ` ${share}`}`
}

describe('the figures of an edge', () => {
  it('are rate, share of errors and p95 as the caller saw them', () => {
    const visits = Array.from({ length: 20 }, (_, index) =>
      bookinfoTrace({
        trace: index + 1,
        startMs: NOON_MS + index * 1_000,
        slow: index === 0 ? 10 : 1,
        ...(index < 5 && { down: 'ratings' })
      })
    )
    const edges = serviceMap(tracesOf(...visits))
    const seconds = 19 + 0.03
    const figures = { calls: 20, perSecond: 20 / seconds, share: undefined, unanswered: false, errorRate: 0 }
    expect(edges.map(inWords)).toEqual([
      'outside > productpage v1',
      'productpage v1 > details v1',
      'productpage v1 > reviews v3',
      'reviews v3 > ratings v1'
    ])
    expect(edges).toMatchObject([
      { ...figures, p95Us: 30_000 },
      { ...figures, p95Us: 5_000 },
      { ...figures, p95Us: 26_000 },
      // The first visit was ten times as slow, and the fifth is the last that failed.
      {
        ...figures,
        p95Us: 17_000,
        errorRate: 0.25,
        slowest: { startUs: (NOON_MS + 80) * 1000 },
        failed: { spanId: spanId(506) }
      }
    ])
  })

  it('are those of each version, with its share of the calls', () => {
    const versions = ['v1', 'v3', 'v3', 'v3', 'v2'] as const
    const edges = serviceMap(
      tracesOf(...versions.map((version, index) => bookinfoTrace({ trace: index + 1, version })))
    )
    expect(edges.map(inWords).toSorted()).toEqual([
      'outside > productpage v1',
      'productpage v1 > details v1',
      'productpage v1 > reviews v1 0.2',
      'productpage v1 > reviews v2 0.2',
      'productpage v1 > reviews v3 0.6',
      'reviews v2 > ratings v1',
      'reviews v3 > ratings v1'
    ])
  })

  it('are those of a period, of which only the part with calls counts', () => {
    const traces = tracesOf(
      bookinfoTrace({ trace: 1, startMs: NOON_MS }),
      bookinfoTrace({ trace: 2, startMs: NOON_MS + 50_000 })
    )
    const period = { startUs: (NOON_MS + 40_000) * 1000, endUs: (NOON_MS + 100_000) * 1000 }
    const first = (edges: Edge[]) => edges.find(({ from }) => from === undefined)
    expect(first(serviceMap(traces, period))).toMatchObject({ calls: 1, perSecond: 1 / 60 })
    expect(first(serviceMap(traces, { ...period, startUs: 0 }))).toMatchObject({ calls: 2, perSecond: 2 / 100 })
    expect(serviceMap(traces, { startUs: 0, endUs: 1 })).toEqual([])
  })
})

const callerAndServer = (client: Partial<SpanSketch>, server: Partial<SpanSketch>) =>
  otlpRequest({
    a: [{ id: 1, kind: 'client', attributes: { 'server.address': 'b.example', 'server.port': 80 }, ...client }],
    b: [{ id: 2, parent: 1, kind: 'server', ...server }]
  })

describe('a call', () => {
  it('has failed if either side says so', () => {
    const failed = (request: OtlpRequest) => serviceMap(tracesOf(request)).map(({ errorRate }) => errorRate)
    expect(failed(callerAndServer({}, {}))).toEqual([0])
    expect(failed(callerAndServer({ error: 'timeout' }, {}))).toEqual([1])
    expect(failed(callerAndServer({}, { error: 'oops' }))).toEqual([1])
  })

  it('of a database goes to its kind, wherever it is', () => {
    const attributes = { 'db.system.name': 'mysql', 'server.address': 'db.example', 'server.port': 3306 }
    const edges = serviceMap(tracesOf(otlpRequest({ ratings: [{ id: 1, kind: 'client', attributes }] })))
    expect(edges).toMatchObject([
      { from: party('ratings v1'), to: party('mysql'), calls: 1, unanswered: true, isDatabase: true }
    ])
  })

  it('that nobody answered goes to the service that once answered there', () => {
    const attributes = { 'server.address': 'b.example', 'server.port': 80 }
    const lost = otlpRequest({ a: [{ trace: 2, id: 9, kind: 'client', error: 'refused', attributes }] })
    expect(serviceMap(tracesOf(callerAndServer({}, {}), lost))).toMatchObject([
      { from: party('a v1'), to: party('b v1'), calls: 2, errorRate: 0.5, unanswered: false }
    ])
    expect(serviceMap(tracesOf(lost))).toMatchObject([
      { from: party('a v1'), to: party('b.example:80'), calls: 1, unanswered: true, isDatabase: false }
    ])
  })

  it('of which half may still come is left out for a moment', () => {
    const attributes = { 'server.address': 'b.example', 'server.port': 80 }
    const call = otlpRequest({ a: [{ id: 1, kind: 'client', attributes }] })
    const answer = otlpRequest({ c: [{ trace: 2, id: 3, parent: 9, kind: 'server' }] })
    const at = (ms: number) =>
      serviceMap(tracesOf(call, answer), { startUs: 0, endUs: (NOON_MS + ms) * 1000 }).map(inWords)
    expect(at(900)).toEqual([])
    expect(at(1_100)).toEqual(['a v1 > b.example:80'])
    expect(at(10_100).toSorted()).toEqual(['a v1 > b.example:80', 'outside > c v1'])
  })

  it('within a service is none, nor is one whose caller is unknown, but for the first', () => {
    const request = otlpRequest({
      a: [
        { id: 1, kind: 'server', parent: 77 },
        { id: 2, parent: 1 },
        { id: 3, kind: 'server', parent: 78, startMs: NOON_MS + 5 }
      ]
    })
    expect(serviceMap(tracesOf(request))).toMatchObject([{ from: undefined, to: party('a v1'), calls: 1 }])
  })
})

function rowsOf(...edges: Edge[]): string[] {
  const rows = Map.groupBy(layOut(edges).nodes, ({ y }) => y)
  return [...rows]
    .toSorted(([a], [b]) => a - b)
    .map(([, nodes]) => nodes.map((node) => node.party?.service ?? '(outside)').join(' '))
}

describe('the picture', () => {
  it('has callers above whom they call', () => {
    const edges = [
      edge('reviews', 'ratings'),
      edge('productpage', 'ratings'),
      edge(undefined, 'productpage'),
      edge('productpage', 'details'),
      edge('productpage', 'reviews')
    ]
    expect(rowsOf(...edges)).toEqual(['(outside)', 'productpage', 'details reviews', 'ratings'])
  })

  const visit = [edge(undefined, 'productpage'), edge('productpage', 'details')]
  const graphs: Record<string, Edge[]> = {
    'a line that passes services': [
      ...visit,
      edge('productpage', 'reviews'),
      edge('productpage', 'ratings'),
      edge('reviews', 'ratings')
    ],
    'a line that passes three versions': [
      ...visit,
      ...['v1', 'v2', 'v3'].map((version) => edge('productpage', `reviews ${version}`)),
      ...['v2', 'v3'].map((version) => edge(`reviews ${version}`, 'ratings')),
      edge('productpage', 'ratings'),
      edge('ratings', 'mysql')
    ],
    'three versions': [
      ...visit,
      ...['v1', 'v2', 'v3'].map((version) => edge('productpage', `reviews ${version}`)),
      ...['v2', 'v3'].map((version) => edge(`reviews ${version}`, 'ratings'))
    ],
    'a service that is called from two rows': [
      ...visit,
      edge(undefined, 'details'),
      ...['v1', 'v3'].map((version) => edge('productpage', `reviews ${version}`))
    ]
  }
  it.for(Object.entries(graphs))('keeps the figures of %s clear of boxes and other figures', ([, edges]) => {
    const { nodes, lines } = layOut(edges)
    const covered = lines.flatMap((line) =>
      nodes.filter(
        ({ x, y }) =>
          Math.abs(x - line.x) < (NODE.width + LABEL.width) / 2 &&
          Math.abs(y - line.y) < (NODE.height + LABEL.height) / 2
      )
    )
    expect(covered).toEqual([])
    const apart = lines.flatMap((line) =>
      lines.filter(
        (other) =>
          other !== line && Math.abs(line.x - other.x) < LABEL.width && Math.abs(line.y - other.y) < LABEL.height
      )
    )
    expect(apart).toEqual([])
  })

  it('takes circles, services that call themselves, and nothing', () => {
    expect(rowsOf(edge('a', 'b'), edge('b', 'a'))).toEqual(['a', 'b'])
    expect(rowsOf(edge('a', 'a'))).toEqual(['a'])
    expect(rowsOf(edge(undefined, 'a'), edge('a', 'b'), edge('b', 'c'), edge('c', 'a'))).toEqual([
      '(outside)',
      'a',
      'b',
      'c'
    ])
    expect(layOut([]).nodes).toEqual([])
  })

  it('keeps all of a row and its lines within its width', () => {
    const { width, nodes, lines } = layOut(['a', 'b', 'c', 'd', 'e'].map((name) => edge(undefined, name)))
    for (const { x } of [...nodes, ...lines]) {
      expect(x).toBeGreaterThanOrEqual(LABEL.width / 2)
      expect(x).toBeLessThanOrEqual(width - LABEL.width / 2)
    }
    expect(new Set(nodes.map(({ x, y }) => `${x} ${y}`)).size).toBe(nodes.length)
  })
})

import { NOON_MS, otlpRequest, type OtlpRequest, type SpanSketch } from './otlp-request.ts'

export interface BookinfoTraceOptions {
  trace?: number
  startMs?: number
  /** Stretches everything. */
  slow?: number
  /** The version without stars asks no ratings. */
  version?: 'v1' | 'v2' | 'v3'
  detailsIn?: 'container' | 'vm'
  /** A service that refuses connections. */
  down?: 'details' | 'ratings'
}

/** The spans of one visit to the page, as the four services send them. */
export function bookinfoTrace(options: BookinfoTraceOptions = {}): OtlpRequest {
  const { trace = 1, startMs = NOON_MS, slow = 1, version = 'v3', detailsIn = 'container', down } = options
  const base = trace * 100
  const at = (ms: number) => startMs + ms * slow
  const sketch = (number: number, times: [start: number, ms: number], rest: Partial<SpanSketch>): SpanSketch => ({
    trace,
    id: base + number,
    startMs: at(times[0]),
    ms: times[1] * slow,
    ...rest
  })
  const call = (service: string, port: number, path: string) => ({
    name: 'GET',
    kind: 'client' as const,
    attributes: {
      'http.request.method': 'GET',
      'server.address': '127.0.0.1',
      'server.port': port,
      'url.full': `http://127.0.0.1:${port}${path}`,
      'peer.service': service
    }
  })
  const serve = (route: string, status = 200) => ({
    name: `GET ${route}`,
    kind: 'server' as const,
    attributes: {
      'http.request.method': 'GET',
      'http.route': route,
      'http.response.status_code': status,
      'url.scheme': 'http'
    }
  })
  const refused = {
    error: 'connect ECONNREFUSED',
    events: [
      {
        name: 'exception',
        atMs: slow,
        attributes: { 'exception.type': 'ECONNREFUSED', 'exception.message': 'connect ECONNREFUSED 127.0.0.1' }
      }
    ]
  }

  return otlpRequest({
    productpage: [
      sketch(1, [0, 30], serve('/productpage')),
      sketch(2, [2, 5], {
        parent: base + 1,
        ...call('details', 9081, '/details/0'),
        ...(down === 'details' && refused)
      }),
      sketch(3, [2.2, 26], { parent: base + 1, ...call('reviews', 9085, '/reviews/0') })
    ],
    ...(down !== 'details' && {
      [`details@v1@${detailsIn}`]: [sketch(4, [3.1, 2.4], { parent: base + 2, ...serve('/details/:id') })]
    }),
    [`reviews@${version}`]: [
      sketch(5, [4, 23], { parent: base + 3, ...serve('/reviews/:productId') }),
      ...(version === 'v1'
        ? []
        : [
            sketch(6, [8, 17], {
              parent: base + 5,
              ...call('ratings', 9082, '/ratings/0'),
              ...(down === 'ratings' && refused)
            })
          ])
    ],
    ...(version !== 'v1' &&
      down !== 'ratings' && { ratings: [sketch(7, [10, 12], { parent: base + 6, ...serve('/ratings/:productId') })] })
  })
}

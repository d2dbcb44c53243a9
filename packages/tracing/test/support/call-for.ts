import { createRecordedTracing } from '../../src/testing.ts'

export const TRACE = '80f198ee56343ba864fe8b2a57d3eff7'
export const SHORT = '463ac35c9f6413ad'
export const OTHER = '0af7651916cd43dd8448eb211c80319c'
export const CALLER = 'e457b5a2e4d86bd1'
export const PARENT = '05e3ac9a4f6e3b90'
export const DEFAULT = ['tracecontext', 'baggage']

export type Headers = Record<string, string>
export const single = { b3: `${TRACE}-${CALLER}-1` }
export const multi = { 'x-b3-traceid': TRACE, 'x-b3-spanid': CALLER, 'x-b3-parentspanid': PARENT, 'x-b3-sampled': '1' }
export const traceparent = `00-${OTHER}-${CALLER}-01`
/** The trace headers of a call that a request makes, and both spans. */
export function callFor(headers: Headers, propagators = DEFAULT) {
  const tracing = createRecordedTracing('reviews', propagators)
  const request = tracing.startRequest({
    method: 'GET',
    route: '/reviews/:id',
    headers,
    rawHeaders: Object.entries(headers).flat(),
    onCallEnd: () => undefined
  })
  const call = request.headers.startCall({
    peer: 'ratings',
    method: 'GET',
    origin: 'http://127.0.0.1:1',
    address: '127.0.0.1',
    port: 1,
    path: '/ratings/0',
    attempt: 1
  })
  const pairs = [...request.headers.pairs, ...call.pairs]
  const sent: [name: string, value: string][] = []
  for (let i = 0; i < pairs.length; i += 2) sent.push([pairs[i] ?? '', pairs[i + 1] ?? ''])
  call.end(200)
  request.end(200)
  const [client, server] = tracing.spans()
  return { sent: Object.fromEntries(sent), names: sent.map(([name]) => name), client, server, request }
}

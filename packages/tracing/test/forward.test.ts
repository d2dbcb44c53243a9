import { describe, expect, test } from 'vitest'
import { forOutside, forwardedHeaderNames, forwardHeaders, withEndUser } from '../src/index.ts'
import { createRecordedTracing } from '../src/testing.ts'

// test/contract/forwarded-headers.test.ts tests order, repeated headers and odd values through the services.
describe('forwardHeaders', () => {
  test.each(forwardedHeaderNames.map((name) => [name]))('forwards %s unchanged', (name) => {
    const value = '  Mixed, CASE;=%20"quoted"\t'
    expect(forwardHeaders([name, value]).pairs).toEqual([name, value])
  })

  const hopByHop = 'accept accept-language host connection content-length transfer-encoding x-forwarded-for'.split(' ')
  const ofTracers = 'x-client-trace-id x-envoy-force-trace jaeger-debug-id l5d-dst-override uberctx x-b3'.split(' ')
  test.each([...hopByHop, ...ofTracers, 'my-header', '__proto__', 'constructor'])('does not forward %s', (name) => {
    expect(forwardHeaders([name, 'v']).pairs).toEqual([])
  })

  test('adds no header', () => {
    expect(forwardHeaders([]).pairs).toEqual([])
  })

  test('accepts names in any case', () => {
    expect(forwardHeaders(['X-Request-ID', 'a', 'TraceParent', 'b']).pairs).toEqual([
      'x-request-id',
      'a',
      'traceparent',
      'b'
    ])
  })

  test.each(['uberctx-shop', 'UberCtx-Shop', 'ot-baggage-shop', 'l5d-ctx-trace'])(
    'forwards %s by its prefix',
    (name) => {
      expect(forwardHeaders([name, 'v']).pairs).toEqual([name.toLowerCase(), 'v'])
    }
  )

  test('drops headers with an empty value', () => {
    expect(forwardHeaders(['x-request-id', '', 'baggage', '', 'b3', '0']).pairs).toEqual(['b3', '0'])
  })

  test('ignores a name at the end without its value', () => {
    expect(forwardHeaders(['x-request-id', 'a', 'b3']).pairs).toEqual(['x-request-id', 'a'])
  })
})

describe('withEndUser', () => {
  const incoming = forwardHeaders(['end-user', 'mallory', 'cookie', 'a=1', 'end-user', 'eve'])

  test('replaces every incoming end-user with the signed-in user', () => {
    expect(withEndUser(incoming, 'jason').pairs).toEqual(['cookie', 'a=1', 'end-user', 'jason'])
  })

  test('removes every end-user if nobody is signed in', () => {
    expect(withEndUser(incoming, undefined).pairs).toEqual(['cookie', 'a=1'])
  })

  test('does not change its argument', () => {
    withEndUser(incoming, 'jason')
    expect(incoming.pairs).toEqual(['end-user', 'mallory', 'cookie', 'a=1', 'end-user', 'eve'])
  })

  test.each(['jason', ' jason ', 'a"b\'c', 'Žofie', '花子', '🎭', 'x'.repeat(100)])(
    'sends %j as its UTF-8 bytes',
    (user) => {
      const [, value = ''] = withEndUser(forwardHeaders([]), user).pairs
      expect(Buffer.from(value, 'latin1').toString('utf8')).toBe(user)
    }
  )
})

describe('forOutside', () => {
  const all = forwardHeaders(forwardedHeaderNames.flatMap((name) => [name, 'v']))
  const namesIn = (pairs: readonly string[]) => pairs.filter((_text, i) => i % 2 === 0)

  test('forwards no header by default', () => {
    expect(forOutside(all, { tellTrace: false }).pairs).toEqual([])
  })

  test('forwards trace context if asked to, but no header that names the reader', () => {
    const told = namesIn(forOutside(all, { tellTrace: true }).pairs)
    const reader = 'end-user user-agent cookie authorization jwt baggage correlation-context sw8-correlation'.split(' ')
    const account = ['x-request-id', 'x-datadog-tags', 'x-datadog-origin', 'newrelic', 'x-dynatrace']
    const untold = [...reader, ...account]
    expect(told.toSorted()).toEqual(forwardedHeaderNames.filter((name) => !untold.includes(name)).toSorted())
  })

  test.each([
    [false, []],
    [true, ['traceparent']]
  ])('the call has a span (trace context forwarded: %s)', (tellTrace, told) => {
    const tracing = createRecordedTracing('details')
    const incoming = tracing.startRequest({
      method: 'GET',
      route: '/details/:id',
      headers: { baggage: 'reader=jason' },
      rawHeaders: ['baggage', 'reader=jason', 'cookie', 'c'],
      onCallEnd: () => undefined
    })
    const span = forOutside(incoming.headers, { tellTrace }).startCall({
      peer: 'books',
      method: 'GET',
      origin: 'https://books.example',
      address: 'books.example',
      port: 443,
      path: '/books',
      attempt: 1
    })
    span.end(200)
    incoming.end(200)
    expect(namesIn(span.pairs)).toEqual(told)
    expect(tracing.spans().map(({ name, attributes }) => [name, attributes['server.port']])).toEqual([
      ['GET', 443],
      ['GET /details/:id', undefined]
    ])
  })
})

import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { ask, json, respond, startTinyServer, type SeenRequest } from '@bookinfo/service-kit/testing'
import { externalBook, startDetails, v2, volumes } from './support/index.ts'

const books = await startTinyServer(respond(200, volumes()))
afterAll(() => books[Symbol.asyncDispose]())
const details = await startDetails(v2(`${books.origin}/volumes`))
afterAll(() => details[Symbol.asyncDispose]())
beforeEach(() => {
  books.seen.length = 0
  books.answerWith(respond(200, volumes()))
})

const found = (id: number, changes: Record<string, unknown> = {}) => json(200, { id, ...externalBook, ...changes })

describe('the headers for the external service', () => {
  const trace = {
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    tracestate: 'k=v',
    'x-b3-traceid': '80f198ee56343ba864fe8b2a57d3eff7',
    'x-b3-spanid': 'e457b5a2e4d86bd1',
    'x-b3-sampled': '1'
  }
  const all = {
    ...trace,
    'x-request-id': 'r',
    'end-user': 'jason',
    'user-agent': 'ua/1',
    cookie: 'session=secret',
    authorization: 'Bearer secret',
    jwt: 'secret',
    baggage: 'reader=jason',
    'sw8-correlation': 'secret',
    'x-forwarded-for': '192.0.2.1',
    'x-custom': 'secret'
  }
  const own = ['host', 'connection', 'accept']
  const learned = (request: SeenRequest | undefined) =>
    Object.fromEntries((request?.headers ?? []).filter(([name]) => !own.includes(name)))

  test('are none of the headers of the caller', async () => {
    await ask(details.origin, '/details/0', { headers: all })
    expect(learned(books.seen[0])).toEqual({})
  })

  test('are trace context, if the settings say so', async () => {
    const env = { ...v2(`${books.origin}/volumes`), BOOK_SERVICE_TRACE_CONTEXT: 'true' }
    await using telling = await startDetails(env)
    await ask(telling.origin, '/details/0', { headers: all })
    expect(learned(books.seen[0])).toEqual(trace)
  })
})

describe('the key for the external service', () => {
  const key = 'AIza-a-secret-of-the-test'
  const sentTo = (requests: SeenRequest[]) =>
    requests.map(({ headers }) => headers.find(([name]) => name === 'x-goog-api-key')?.[1])

  test('is sent in a header, and is in no log line, metric or answer', async () => {
    await using service = await startDetails({ ...v2(`${books.origin}/volumes`), BOOK_SERVICE_API_KEY: key })
    await ask(service.origin, '/details/0')
    books.answerWith(respond(403, { error: { message: `API key not valid: ${key}` } }))
    const failure = await ask(service.origin, '/details/0')
    const metrics = await ask(service.origin, '/metrics')
    expect(sentTo(books.seen)).toEqual([key, key])
    expect(books.seen.map(({ url }) => url)).toEqual(Array(2).fill('/volumes?q=isbn:0486424618'))
    expect(JSON.stringify([failure, metrics, service.log.lines])).not.toContain(key)
  })

  test('stays with the host that was asked', async () => {
    await using other = await startTinyServer(respond(200, volumes()))
    books.answerWith(respond(302, '', { location: `${other.origin}/volumes` }))
    await using service = await startDetails({ ...v2(`${books.origin}/volumes`), BOOK_SERVICE_API_KEY: key })
    expect(await ask(service.origin, '/details/0')).toEqual(found(0))
    expect(sentTo([...books.seen, ...other.seen])).toEqual([key, undefined])
  })
})

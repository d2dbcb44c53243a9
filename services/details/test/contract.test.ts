import { afterAll, describe, expect, test } from 'vitest'
import { ask, askFully, json, notAllowed, notFound, type TestResponse } from '@bookinfo/service-kit/testing'
import { startDetails } from './support/index.ts'

const details = await startDetails()
afterAll(() => details[Symbol.asyncDispose]())

const book = (id: number): TestResponse =>
  json(200, {
    id,
    author: 'William Shakespeare',
    year: 1595,
    type: 'paperback',
    pages: 200,
    publisher: 'PublisherA',
    language: 'English',
    'ISBN-10': '1234567890',
    'ISBN-13': '123-1234567890'
  })
const healthy = json(200, { status: 'Details is healthy' })
const noNumber = json(400, { error: 'please provide numeric product id' })
const noPercentEncoding = json(400, { error: 'the path is not valid percent-encoding' })
const empty = (answer: TestResponse): TestResponse => ({ ...answer, body: '' })
const methods = 'GET, HEAD, OPTIONS, POST, PUT'

const table: [method: string, path: string, answer: TestResponse][] = [
  ['GET', '/health', healthy],
  ['HEAD', '/health', empty(healthy)],
  ['POST', '/health', healthy],
  ['PUT', '/health', healthy],
  ['GET', '/health?x=1', healthy],
  ['GET', '/health/', healthy],
  ['GET', '/health/x', healthy],
  ['GET', '/health/x/y', healthy],
  ['HEAD', '/health/x', empty(healthy)],
  ['GET', '//health', healthy],

  ['GET', '/details/0', book(0)],
  ['HEAD', '/details/0', empty(book(0))],
  ['POST', '/details/0', book(0)],
  ['PUT', '/details/0', book(0)],
  ['GET', '/details/1', book(1)],
  ['GET', '/details/2147483647', book(2_147_483_647)],
  ['GET', '/details/007', book(7)],
  ['GET', '/details/010', book(10)],
  ['GET', '/details/08', book(8)],

  // The id is the last segment that is not empty, after decoding.
  ['GET', '/details/0/', book(0)],
  ['GET', '/details//0', book(0)],
  ['GET', '//details/0', book(0)],
  ['GET', '/details/x/5', book(5)],
  ['GET', '/details/a%2F5', book(5)],
  ['GET', '/details/%35', book(5)],
  ['GET', '/details/0?x=/9', book(0)],
  ['GET', '/details/0?', book(0)],

  ['GET', '/details', noNumber],
  ['POST', '/details', noNumber],
  ['GET', '/details/', noNumber],
  ['GET', '/details/abc', noNumber],
  ['GET', '/details/0/extra', noNumber],
  ['GET', '/details/null', noNumber],
  ['GET', '/details/.', noNumber],
  ['GET', '/details/..', noNumber],
  ['GET', '/details/../health', noNumber],
  ['GET', '/details/%00', noNumber],
  ['GET', '/details/%3Cscript%3E', noNumber],
  // Ruby's other ways to write a whole number are gone.
  ['GET', '/details/-1', noNumber],
  ['GET', '/details/+5', noNumber],
  ['GET', '/details/0x1F', noNumber],
  ['GET', '/details/0b11', noNumber],
  ['GET', '/details/0o17', noNumber],
  ['GET', '/details/1_000', noNumber],
  ['GET', '/details/1.5', noNumber],
  ['GET', '/details/1e3', noNumber],
  ['GET', '/details/0%20', noNumber],
  ['GET', '/details/%200', noNumber],
  ['GET', '/details/0%0A', noNumber],
  ['GET', '/details/%09', noNumber],
  ['GET', '/details/0;a=b', noNumber],
  ['GET', '/details/2147483648', noNumber],
  ['GET', '/details/99999999999999999999999', noNumber],
  ['GET', `/details/${'1'.repeat(3000)}`, noNumber],
  ['GET', '/details/%', noPercentEncoding],
  ['GET', '/details/%zz', noPercentEncoding],

  ['GET', '/', notFound('/')],
  ['GET', '/index.html', notFound('/index.html')],
  ['GET', '/healthz', notFound('/healthz')],
  ['GET', '/HEALTH', notFound('/HEALTH')],
  ['GET', '/detailsfoo', notFound('/detailsfoo')],
  ['GET', '/Details/0', notFound('/Details/0')],
  ['GET', '/../details/0', notFound('/../details/0')],
  ['HEAD', '/nope', empty(notFound('/nope'))],
  ['POST', '/nope', notFound('/nope')],
  ['OPTIONS', '/nope', notFound('/nope')],

  ['DELETE', '/details/0', notAllowed('DELETE', methods)],
  ['PATCH', '/details/0', notAllowed('PATCH', methods)],
  ['TRACE', '/details/0', notAllowed('TRACE', methods)],
  ['DELETE', '/details', notAllowed('DELETE', methods)],
  ['DELETE', '/health', notAllowed('DELETE', methods)],
  ['PATCH', '/health/x', notAllowed('PATCH', methods)]
]

describe('details', () => {
  test.each(table)('answers %s %s', async (method, path, answer) => {
    expect(await ask(details.origin, path, { method })).toEqual(answer)
  })

  test.each(['/details/0', '/details', '/health', '/health/x'])('says what %s allows', async (path) => {
    const { status, body, headers } = await askFully(details.origin, path, { method: 'OPTIONS' })
    expect({ status, body, allow: headers['allow'] }).toEqual({ status: 200, body: '', allow: methods })
    const refused = await askFully(details.origin, path, { method: 'DELETE' })
    expect(refused.headers['allow']).toBe(methods)
  })

  test.each([
    ['JSON', '{"a":1}', 'application/json'],
    ['broken JSON', '{', 'application/json'],
    ['a form', 'a=1', 'application/x-www-form-urlencoded'],
    ['bytes', '\0\u00ff', 'application/octet-stream']
  ])('does not look at bodies: %s', async (_what, body, type) => {
    const question = { method: 'POST', body, headers: { 'content-type': type } }
    expect(await ask(details.origin, '/details/0', question)).toEqual(book(0))
  })

  test.each([
    ['Accept: text/html', { accept: 'text/html' }],
    ['Accept-Encoding: gzip', { 'accept-encoding': 'gzip' }],
    ['a range and a condition', { range: 'bytes=0-3', 'if-none-match': '*' }]
  ])('answers the same whatever is asked for: %s', async (_what, headers) => {
    expect(await ask(details.origin, '/details/0', { headers })).toEqual(book(0))
  })
})

import { afterAll, describe, expect, test } from 'vitest'
import { originalBook, wrongIds } from '@bookinfo/contracts/testing'
import {
  ask,
  askFully,
  empty,
  expectAll,
  expectNotAllowed,
  expectNotFound,
  json,
  type Expected,
  type TestResponse
} from '@bookinfo/service-kit/testing'
import { startDetails } from './support/index.ts'

const details = await startDetails()
afterAll(() => details[Symbol.asyncDispose]())

const book = (id: number): TestResponse => json(200, { ...originalBook, id })
const healthy = json(200, { status: 'Details is healthy' })
const noNumber = json(400, { error: 'please provide numeric product id' })
const noPercentEncoding = json(400, { error: 'the path is not valid percent-encoding' })
const methods = 'GET, HEAD, OPTIONS, POST, PUT'

const table: Expected[] = [
  ...expectAll(['GET /health', 'POST /health', 'PUT /health', 'GET /health?x=1', 'GET /health/'], healthy),
  ...expectAll(['GET /health/x', 'GET /health/x/y', 'GET //health'], healthy),
  ...expectAll(['HEAD /health', 'HEAD /health/x'], empty(healthy)),
  ...expectAll(['GET /details/0', 'POST /details/0', 'PUT /details/0'], book(0)),
  ['HEAD', '/details/0', empty(book(0))],
  ['GET', '/details/1', book(1)],
  ['GET', '/details/2147483647', book(2_147_483_647)],
  ['GET', '/details/007', book(7)],
  ['GET', '/details/010', book(10)],
  ['GET', '/details/08', book(8)],
  // The id is the last segment that is not empty, after decoding.
  ...expectAll(['GET /details/0/', 'GET /details//0', 'GET //details/0'], book(0)),
  ...expectAll(['GET /details/x/5', 'GET /details/a%2F5', 'GET /details/%35'], book(5)),
  ...expectAll(['GET /details/0?x=/9', 'GET /details/0?'], book(0)),
  ...expectAll(['GET /details', 'POST /details', 'GET /details/', 'GET /details/0/extra'], noNumber),
  ...expectAll(['GET /details/../health', `GET /details${'/a'.repeat(5000)}`], noNumber),
  ...expectAll(['GET /details/%', 'GET /details/%zz', 'GET /details/%E9'], noPercentEncoding),
  ...expectNotFound('GET /', 'GET /index.html', 'GET /healthz', 'GET /HEALTH', 'GET /detailsfoo', 'GET /Details/0'),
  ...expectNotFound('GET /../details/0', 'HEAD /nope', 'POST /nope', 'OPTIONS /nope'),
  ...expectNotAllowed(['DELETE /details/0', 'PATCH /details/0', 'TRACE /details/0', 'DELETE /details'], methods),
  ...expectNotAllowed(['DELETE /health', 'PATCH /health/x'], methods)
]

describe('details', () => {
  test.each(table)('answers %s %s', async (method, path, answer) => {
    expect(await ask(details.origin, path, { method })).toEqual(answer)
  })

  test.each(wrongIds)('refuses the id %s', async (id) => {
    expect(await ask(details.origin, `/details/${id}`)).toEqual(noNumber)
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

  test('refuses a body of a megabyte', async () => {
    const question = { method: 'POST', body: 'x'.repeat(1_000_000) }
    const tooLarge = json(413, { error: 'the request body is larger than 16384 bytes' })
    expect(await ask(details.origin, '/details/0', question)).toEqual(tooLarge)
  })

  test.each([
    ['Accept: text/html', { accept: 'text/html' }],
    ['Accept-Encoding: gzip', { 'accept-encoding': 'gzip' }],
    ['a range and a condition', { range: 'bytes=0-3', 'if-none-match': '*' }]
  ])('answers the same whatever is asked for: %s', async (_what, headers) => {
    expect(await ask(details.origin, '/details/0', { headers })).toEqual(book(0))
  })
})

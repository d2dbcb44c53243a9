import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import { wrongIds } from '@bookinfo/contracts/testing'
import {
  ask,
  askFully,
  empty,
  expectAll,
  expectNotAllowed,
  expectNotFound,
  json,
  type Expected
} from '@bookinfo/service-kit/testing'
import { startRatings } from './support/index.ts'

const ratings = await startRatings()
afterAll(() => ratings[Symbol.asyncDispose]())

const stars = (id: number, given: Record<string, number> = { Reviewer1: 5, Reviewer2: 4 }) =>
  json(200, { id, ratings: given })
const healthy = json(200, { status: 'Ratings is healthy' })
const noNumber = json(400, { error: 'please provide numeric product ID' })
const noRatings = json(400, { error: 'please provide valid ratings JSON' })
const READ = 'GET, HEAD, OPTIONS'
const READ_AND_POST = 'GET, HEAD, OPTIONS, POST'

const post = (path: string, body: string | Buffer, type = 'application/json') =>
  ask(ratings.origin, path, { method: 'POST', body, headers: { 'content-type': type } })
const read = (id: number) => ask(ratings.origin, `/ratings/${id}`)

const table: Expected[] = [
  ...expectAll(['GET /health', 'GET /health?x=1'], healthy),
  ['GET', '/ratings/0', stars(0)],
  ['GET', '/ratings/1', stars(1)],
  ['GET', '/ratings/2147483647', stars(2_147_483_647)],
  // The id is the last segment of the path as it was sent. The original took it from behind the last slash of the query.
  ...expectAll(['GET /ratings/7', 'GET /ratings/007', 'GET /ratings/foo/7', 'GET /ratings//7'], stars(7)),
  ...expectAll(['GET /ratings/7?x=1', 'GET /ratings/7?x=/9', 'GET /ratings/7?x=/z'], stars(7)),

  // The original never answered any of these.
  ['HEAD', '/health', empty(healthy)],
  ['HEAD', '/ratings/0', empty(stars(0))],
  ['HEAD', '/ratings/abc', empty(noNumber)],
  ...expectNotFound('HEAD /nope'),
  ...expectNotAllowed(['PUT /ratings/0', 'DELETE /ratings/0', 'PATCH /ratings/0', 'TRACE /ratings/0'], READ_AND_POST),
  ...expectNotAllowed(['PATCH /health', 'TRACE /health'], READ),

  ...expectAll(['GET /ratings/', 'GET /ratings/5/', 'GET /ratings/0/extra'], noNumber),
  ...expectAll(['GET /ratings/../health', 'GET /ratings/%31'], noNumber),

  ...expectNotFound('GET /', 'GET /ratings', 'POST /ratings', 'POST /', 'GET /x/ratings/7', 'GET /health/'),
  ...expectNotFound('GET //health', 'GET /healthz', 'GET /favicon.ico'),
  // The original said 404 here; a path that is served with another method is 405 now.
  ...expectNotAllowed(['POST /health'], READ)
]

describe('ratings', () => {
  test.each(table)('answers %s %s', async (method, path, answer) => {
    expect(await ask(ratings.origin, path, { method })).toEqual(answer)
  })

  test.each(wrongIds)('refuses the id %s', async (id) => {
    expect(await ask(ratings.origin, `/ratings/${id}`)).toEqual(noNumber)
  })

  test.each([
    ['/ratings/0', READ_AND_POST],
    ['/ratings/abc', READ_AND_POST],
    ['/health', READ]
  ])('says what %s allows', async (path, allow) => {
    const { status, body, headers } = await askFully(ratings.origin, path, { method: 'OPTIONS' })
    expect({ status, body, allow: headers['allow'] }).toEqual({ status: 200, body: '', allow })
    expect((await askFully(ratings.origin, path, { method: 'DELETE' })).headers['allow']).toBe(allow)
  })
})

describe('posted ratings', () => {
  test("are answered and remembered, in curl's default content type too", async () => {
    const given = { Reviewer1: 1, Reviewer2: 1 }
    expect(await post('/ratings/1000', JSON.stringify(given), 'application/x-www-form-urlencoded')).toEqual(
      stars(1000, given)
    )
    expect(await read(1000)).toEqual(stars(1000, given))
  })

  test('replace the earlier ratings of the product', async () => {
    await post('/ratings/1001', '{"Reviewer1":1,"Reviewer2":2}')
    expect(await post('/ratings/1001', '{"Reviewer2":3}')).toEqual(stars(1001, { Reviewer2: 3 }))
    expect(await read(1001)).toEqual(stars(1001, { Reviewer2: 3 }))
  })

  test('belong to one product', async () => {
    await post('/ratings/1002', '{"Reviewer1":1}')
    expect(await read(1003)).toEqual(stars(1003))
  })

  test.each([
    ['by a longer path', '/ratings/foo/1004', 1004],
    ['with a query', '/ratings/1005?x=1', 1005],
    ['with leading zeros', '/ratings/0001006', 1006]
  ])('find their product %s', async (_how, path, id) => {
    expect(await post(path, '{"Reviewer1":2}')).toEqual(stars(id, { Reviewer1: 2 }))
    expect(await read(id)).toEqual(stars(id, { Reviewer1: 2 }))
  })

  test.each([
    ['text/plain'],
    ['text/plain; charset=utf-16'],
    ['multipart/form-data; boundary=b'],
    ['application/octet-stream']
  ])('may have the content type %s', async (type) => {
    expect(await post('/ratings/1007', '{"Reviewer1":4}', type)).toEqual(stars(1007, { Reviewer1: 4 }))
  })

  test('are not decompressed', async () => {
    const headers = { 'content-encoding': 'gzip' }
    const answer = await ask(ratings.origin, '/ratings/1008', { method: 'POST', body: gzipSync('{"a":1}'), headers })
    expect(answer).toEqual(noRatings)
  })

  test('may have no content type', async () => {
    const answer = await ask(ratings.origin, '/ratings/1008', { method: 'POST', body: '{"Reviewer1":4}' })
    expect(answer).toEqual(stars(1008, { Reviewer1: 4 }))
  })

  test.each([
    ['an empty object', '{}', {}],
    ['names with blanks, accents and pictures', '{" Žofie 🎭 ":3,"":1}', { ' Žofie 🎭 ': 3, '': 1 }],
    ['blanks around', ' \n {"Reviewer1" : 1}\t', { Reviewer1: 1 }],
    ['a name twice: the last counts', '{"Reviewer1":1,"Reviewer1":2}', { Reviewer1: 2 }],
    ['five written as 5.0', '{"Reviewer1":5.0}', { Reviewer1: 5 }]
  ])('may be %s', async (_whom, body, given) => {
    expect(await post('/ratings/1009', body)).toEqual(stars(1009, given))
  })

  test('may be of a hundred reviewers', async () => {
    const given = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`Reviewer${i}`, 1 + (i % 5)]))
    expect(await post('/ratings/1010', JSON.stringify(given))).toEqual(stars(1010, given))
  })

  test('with a wrong id are refused because of the id, whatever the body', async () => {
    for (const body of ['{"Reviewer1":1}', '{', '', 'x'.repeat(1_000_000)]) {
      for (const path of ['/ratings/abc', '/ratings/', '/ratings/-5', '/ratings/7abc', '/ratings/1.5']) {
        expect(await post(path, body)).toEqual(noNumber)
      }
    }
  })
})

const hundredAndOne = JSON.stringify(Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`r${i}`, 5])))

describe('invalid ratings', () => {
  test.each<[what: string, body: string | Buffer, type?: string]>([
    ['nothing', ''],
    ['nothing of no known type', 'x', ';;;'],
    ['UTF-16', Buffer.from('\ufeff{"a":1}', 'utf16le')],
    ['bytes that are not UTF-8', Buffer.from([255, 255, 255, 255])],
    ['objects in objects, three thousand deep', '{"a":'.repeat(3000)],
    ['no JSON', 'not json'],
    ['single quotes', "{'a':1}"],
    ['a form', 'Reviewer1=1'],
    ['broken JSON', '{"Reviewer1":'],
    ['a byte order mark', '\ufeff{"Reviewer1":1}'],
    ['null', 'null'],
    ['a number', '5'],
    ['text', '"x"'],
    ['true', 'true'],
    ['an array', '[1,2]'],
    ['no star', '{"Reviewer1":0}'],
    ['fewer than none', '{"Reviewer1":-3}'],
    ['six stars', '{"Reviewer1":6}'],
    ['more than Java can count', '{"Reviewer1":99999999999}'],
    ['infinitely many', '{"Reviewer1":1e999}'],
    ['half a star', '{"Reviewer1":2.5}'],
    ['stars in text', '{"Reviewer1":"5"}'],
    ['null for stars', '{"Reviewer1":null}'],
    ['true for stars', '{"Reviewer1":true}'],
    ['an object for stars', '{"Reviewer1":{"stars":5}}'],
    ['a prototype', '{"__proto__":{"x":1}}'],
    ['one good and one bad', '{"Reviewer1":5,"Reviewer2":"4"}'],
    ['a hundred and one reviewers', hundredAndOne],
    ['more than 16 KiB', JSON.stringify({ ['x'.repeat(17_000)]: 5 })],
    ['a megabyte', JSON.stringify({ ['x'.repeat(1_000_000)]: 5 })],
    ['arrays in arrays, ten thousand deep', '['.repeat(10_000)]
  ])('are refused and change nothing: %s', async (_what, body, type) => {
    await post('/ratings/2000', '{"Reviewer1":3}')
    expect(await post('/ratings/2000', body, type)).toEqual(noRatings)
    expect(await read(2000)).toEqual(stars(2000, { Reviewer1: 3 }))
  })
})

test('the name of a property of every object is an ordinary reviewer name', async () => {
  const body = '{"constructor":1,"toString":2,"__proto__":3}'
  const answer = await post('/ratings/2001', body)
  expect(answer.status).toBe(200)
  expect(await read(2001)).toEqual(answer)
  expect(await read(2002)).toEqual(stars(2002))
})

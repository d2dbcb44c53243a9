import { afterAll, describe, expect, test } from 'vitest'
import { wrongIds } from '@bookinfo/contracts/testing'
import {
  addressOf,
  ask,
  askFully,
  empty,
  expectAll,
  expectNotAllowed,
  expectNotFound,
  json,
  respond,
  startTinyServer,
  type Expected
} from '@bookinfo/service-kit/testing'
import { startRatings } from '@bookinfo/ratings/testing'
import { reviews, stars, texts } from './support/answers.ts'
import { reviewsVersions, startReviews, type ReviewsVersion } from './support/index.ts'

const ratingsV1 = await startRatings()
const startVersion = (version: ReviewsVersion) =>
  startReviews({ ...reviewsVersions[version], ...addressOf('ratings', ratingsV1.port) })
const running = { v1: await startVersion('v1'), v2: await startVersion('v2'), v3: await startVersion('v3') }
afterAll(async () => {
  for (const service of [...Object.values(running), ratingsV1]) await service[Symbol.asyncDispose]()
})

const healthy = json(200, { status: 'Reviews is healthy' })
const noNumber = json(400, { error: 'please provide numeric product id' })
const allow = 'GET, HEAD, OPTIONS'

const versions: [version: ReviewsVersion, ratings?: [unknown, unknown]][] = [
  ['v1'],
  ['v2', stars(5, 4)],
  ['v3', stars(5, 4, 'red')]
]

describe.each(versions)('reviews %s', (version, ratings) => {
  const answerFor = (id: string) => reviews(version, id, ratings)
  const table: Expected[] = [
    // A servlet container takes a slash at the end, so the original answers.
    ...expectAll(['GET /health', 'GET /health?x=1', 'GET /health/'], healthy),
    ['HEAD', '/health', empty(healthy)],
    ...expectAll(['GET /reviews/0', 'GET /reviews/0?x=1', 'GET /reviews/%30', 'GET /reviews/0/'], answerFor('0')),
    ['HEAD', '/reviews/0', empty(answerFor('0'))],
    ['GET', '/reviews/1', answerFor('1')],
    ['GET', '/reviews/42', answerFor('42')],
    ['GET', '/reviews/007', answerFor('7')],
    ['GET', '/reviews/2147483647', answerFor('2147483647')],
    ['GET', '/reviews/0%2F1', noNumber],
    ['HEAD', '/reviews/abc', empty(noNumber)],
    ['GET', '/reviews/%', json(400, { error: 'the path is not valid percent-encoding' })],
    ...expectNotFound('GET /', 'GET /reviews', 'GET /reviews/', 'GET /reviews/0/extra', 'GET /index.html'),
    ...expectNotFound('GET /rest', 'GET /favicon.ico', 'POST /nope', 'OPTIONS /nope'),
    ...expectNotAllowed(['POST /reviews/0', 'PUT /reviews/0', 'DELETE /reviews/0', 'PATCH /reviews/abc'], allow),
    ...expectNotAllowed(['POST /health'], allow)
  ]

  test.each(table)('answers %s %s', async (method, path, answer) => {
    expect(await ask(running[version].origin, path, { method })).toEqual(answer)
  })

  test.each(wrongIds)('refuses the id %s', async (id) => {
    expect(await ask(running[version].origin, `/reviews/${id}`)).toEqual(noNumber)
  })

  test.each(['/reviews/0', '/health'])('answers OPTIONS %s with the allowed methods', async (path) => {
    const { status, body, headers } = await askFully(running[version].origin, path, { method: 'OPTIONS' })
    expect({ status, body, allow: headers['allow'] }).toEqual({ status: 200, body: '', allow })
  })
})

test('the fields are in the order of the original', async () => {
  await using service = await startReviews({ HOSTNAME: 'p', CLUSTER_NAME: 'c' })
  const { body } = await ask(service.origin, '/reviews/0')
  expect(JSON.stringify(body)).toBe(JSON.stringify({ id: '0', podname: 'p', clustername: 'c', reviews: reviewsOnly() }))
})

function reviewsOnly() {
  return Object.entries(texts).map(([reviewer, text]) => ({ reviewer, text }))
}

test('pod and cluster without a name are the text null', async () => {
  await using service = await startReviews()
  expect(await ask(service.origin, '/reviews/0')).toMatchObject({ body: { podname: 'null', clustername: 'null' } })
})

test('pod and cluster are escaped', async () => {
  await using service = await startReviews({ HOSTNAME: 'a"b', CLUSTER_NAME: '\\c' })
  expect(await ask(service.origin, '/reviews/0')).toMatchObject({ body: { podname: 'a"b', clustername: '\\c' } })
})

test('posted ratings are shown with their product', async () => {
  await ask(ratingsV1.origin, '/ratings/500', { method: 'POST', body: '{"Reviewer1":1,"Reviewer2":2}' })
  expect(await ask(running.v2.origin, '/reviews/500')).toEqual(reviews('v2', '500', stars(1, 2)))
  expect(await ask(running.v3.origin, '/reviews/500')).toEqual(reviews('v3', '500', stars(1, 2, 'red')))
  expect(await ask(running.v1.origin, '/reviews/500')).toEqual(reviews('v1', '500'))
})

test.each(['purple', 'Blue'])('stars may have any colour: %s', async (color) => {
  await using ratings = await startTinyServer(respond(200, { id: 0, ratings: { Reviewer1: 1, Reviewer2: 2 } }))
  await using service = await startReviews({
    ...reviewsVersions.v2,
    STAR_COLOR: color,
    ...addressOf('ratings', ratings.port)
  })
  expect(await ask(service.origin, '/reviews/0')).toEqual(reviews('v2', '0', stars(1, 2, color)))
})

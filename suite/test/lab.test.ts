import { ask } from '@bookinfo/service-kit/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createLab, type Lab } from '../src/lab/lab.ts'
import { createLabServer } from '../src/lab/server.ts'
import { readLesson } from '../src/lessons/lesson.ts'
import { placeSuite, ROOT } from '../src/topology.ts'

const ninetyTen = 'deploy/lessons/shifting/reviews-90-10.yaml'
const half = 'deploy/lessons/faults/ratings-half.yaml'
const allV1 = 'deploy/lessons/routing/all-v1.yaml'
const breaker = 'deploy/lessons/resilience/circuit-breaker.yaml'

let lab: Lab
let rates: number[]
let changes: number
let origin: string
let app: ReturnType<typeof createLabServer>

beforeEach(async () => {
  lab = createLab({ ratings: 'v1', ratingsVersions: ['v1'], placeRatings: () => undefined })
  changes = 0
  rates = [0]
  app = createLabServer({
    lab,
    load: { perSecond: () => rates.at(-1) ?? 0, set: (perSecond) => void rates.push(perSecond) },
    ratingsVersions: ['v1', 'v-faulty'],
    lessonFiles: [ninetyTen, half, allV1, breaker],
    applyLesson: async (file) =>
      lab.applyLesson(readLesson(file, `${ROOT}/${file}`, { places: placeSuite(9080), traffic: lab.traffic })),
    onChange: () => void (changes += 1)
  })
  origin = await app.listen({ host: '127.0.0.1', port: 0 })
})
afterEach(() => app.close())

const post = (path: string, body: unknown) => ask(origin, path, { method: 'POST', body: JSON.stringify(body) })

test('faults, split and lessons are set, shown, and taken back together', async () => {
  const fault = { from: 'reviews', to: 'ratings', delayMs: 7000, user: 'jason' }
  expect(await post('/faults', fault)).toMatchObject({ status: 200 })
  expect(await post('/split', { v1: 90, v3: 10 })).toMatchObject({ status: 200 })
  expect(await post('/lessons', { file: half })).toMatchObject({ status: 200 })
  const { body } = await ask(origin, '/lab')
  expect(body).toMatchObject({
    edges: expect.arrayContaining([{ from: 'reviews', to: 'ratings', fault }]),
    split: { v1: 90, v3: 10 },
    lessons: [half]
  })
  expect([lab.shares(), changes]).toEqual([{ v1: 90, v3: 10 }, 3])
  await post('/faults', { from: 'reviews', to: 'ratings' })
  expect(lab.traffic.faults.size).toBe(0)
  await post('/reset', {})
  expect((await ask(origin, '/lab')).body).toMatchObject({ split: {}, lessons: [] })
  expect(lab.traffic.rules.size).toBe(0)
})

test('load is switched on and off, and shown', async () => {
  for (const perSecond of [5, 0])
    expect(await post('/load', { perSecond })).toMatchObject({ status: 200, body: { load: { perSecond } } })
  expect(rates).toEqual([0, 5, 0])
})

test('what is set later replaces what was set for the same service', async () => {
  for (const file of [allV1, half, ninetyTen]) await post('/lessons', { file })
  expect(lab.state().lessons).toEqual([allV1, half, ninetyTen])
  expect(lab.shares()).toEqual({ v1: 90, v2: 10 })
  await post('/split', { v3: 100 })
  expect(lab.state().lessons).toEqual([allV1, half])
  expect(lab.shares()).toEqual({ v3: 100 })
  await post('/lessons', { file: ninetyTen })
  expect(lab.state().split).toEqual({})
})

test.each([
  ['/faults', { from: 'reviews', to: 'details', abort: 503 }, 400, 'reviews does not call details'],
  ['/faults', { from: 'reviews' }, 400, "body must have required property 'to'"],
  ['/faults', { from: 'reviews', to: 'ratings', delay: 7 }, 400, 'body must NOT have additional properties'],
  ['/split', { v1: 90 }, 400, 'the split must be percentages of v1, v2, v3 that add up to 100, such as v1=90,v3=10'],
  ['/load', { perSecond: 1001 }, 400, 'body/perSecond must be <= 1000'],
  ['/load', {}, 400, "body must have required property 'perSecond'"],
  ['/lessons', { file: '../package.json' }, 400, '"../package.json" is no file of deploy/lessons'],
  ['/lessons', { file: breaker }, 400, `${breaker}: spec.trafficPolicy.connectionPool is not supported by npm start`],
  ['/ratings', { version: 'v9' }, 400, 'body/version must be equal to one of the allowed values'],
  ['/services/reviews-v9/stop', {}, 404, 'there is no service "reviews-v9"; services are ']
])('%s with %j is refused', async (path, body, status, error) => {
  expect(await post(path, body)).toMatchObject({ status, body: { error } })
  expect([lab.traffic.faults.size, lab.traffic.rules.size]).toEqual([0, 0])
})

test('pages of other sites can neither change nor read anything', async () => {
  const foreign = { method: 'POST', headers: { 'sec-fetch-site': 'cross-site' } } as const
  expect((await ask(origin, '/reset', foreign)).status).toBe(403)
  expect((await ask(origin, '/lab', { headers: { host: 'rebound.example' } })).status).toBe(403)
})

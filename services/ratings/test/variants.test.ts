import { describe, expect, test } from 'vitest'
import { ask, json } from '@bookinfo/service-kit/testing'
import { startRatings } from './support/index.ts'

const stars = json(200, { id: 0, ratings: { Reviewer1: 5, Reviewer2: 4 } })
const unavailable = json(503, { error: 'Service unavailable' })
const healthy = json(200, { status: 'Ratings is healthy' })
const unhealthy = json(500, { status: 'Ratings is not healthy' })
const noNumber = json(400, { error: 'please provide numeric product ID' })
const ready = json(200, { status: 'ok' })

const MINUTE = 60_000

interface World {
  chance: number
  now: number
  /** The sleeps in milliseconds. */
  slept: number[]
}

/** Starts ratings. The test sets chance and clock, and sees the sleeps. */
async function start(version: string) {
  const world: World = { chance: 1, now: 1_000_000, slept: [] }
  const service = await startRatings(
    { SERVICE_VERSION: version },
    { chance: () => world.chance, now: () => world.now, sleep: async (ms) => void world.slept.push(ms) }
  )
  const read = (id = '0') => ask(service.origin, `/ratings/${id}`)
  const post = (id = '0') => ask(service.origin, `/ratings/${id}`, { method: 'POST', body: '{"Reviewer1":1}' })
  const health = () => ask(service.origin, '/health')
  const readiness = () => ask(service.origin, '/readyz')
  return { world, read, post, health, readiness, [Symbol.asyncDispose]: () => service[Symbol.asyncDispose]() }
}

describe('v1', () => {
  test('always answers, whatever chance and clock say', async () => {
    await using ratings = await start('v1')
    for (const [chance, now] of [
      [0, 1_000_000],
      [1, 1_000_000 + MINUTE],
      [0, 1_000_000 + 15 * MINUTE]
    ] as const) {
      Object.assign(ratings.world, { chance, now })
      expect(await ratings.read()).toEqual(stars)
      expect(await ratings.health()).toEqual(healthy)
    }
    expect(ratings.world.slept).toEqual([])
  })
})

describe('v-faulty', () => {
  test.each([
    [0, unavailable],
    [0.25, unavailable],
    [0.5, unavailable],
    [0.500001, stars],
    [0.999999, stars]
  ])('with a chance of %f answers %j', async (chance, answer) => {
    await using ratings = await start('v-faulty')
    ratings.world.chance = chance
    expect(await ratings.read()).toEqual(answer)
  })

  test('stays healthy, takes ratings and checks ids while it refuses', async () => {
    await using ratings = await start('v-faulty')
    ratings.world.chance = 0
    expect(await ratings.health()).toEqual(healthy)
    expect(await ratings.readiness()).toEqual(ready)
    expect(await ratings.read('abc')).toEqual(noNumber)
    expect(await ratings.post()).toEqual(json(200, { id: 0, ratings: { Reviewer1: 1 } }))
    expect(await ratings.read()).toEqual(unavailable)
  })
})

describe('v-delayed', () => {
  test.each([
    [0, [7000]],
    [0.5, [7000]],
    [0.500001, []]
  ])('with a chance of %f sleeps %j ms and answers', async (chance, slept) => {
    await using ratings = await start('v-delayed')
    ratings.world.chance = chance
    expect(await ratings.read()).toEqual(stars)
    expect(ratings.world.slept).toEqual(slept)
  })

  test('delays neither health, nor ratings that are given, nor refusals', async () => {
    await using ratings = await start('v-delayed')
    ratings.world.chance = 0
    expect(await ratings.health()).toEqual(healthy)
    expect(await ratings.read('abc')).toEqual(noNumber)
    await ratings.post()
    expect(ratings.world.slept).toEqual([])
  })
})

/** What a variant answers so many milliseconds after its start. */
async function after(version: string, ms: number) {
  await using ratings = await start(version)
  ratings.world.now += ms
  const answers = { read: await ratings.read(), health: await ratings.health(), readiness: await ratings.readiness() }
  expect(await ratings.read('abc')).toEqual(noNumber)
  expect(await ratings.post()).toEqual(json(200, { id: 0, ratings: { Reviewer1: 1 } }))
  return answers
}

describe('v-unavailable', () => {
  test.each([0, MINUTE - 1, 2 * MINUTE, 3 * MINUTE - 1, 60 * MINUTE])('answers %i ms after its start', async (ms) => {
    expect(await after('v-unavailable', ms)).toEqual({ read: stars, health: healthy, readiness: ready })
  })

  test.each([MINUTE, 2 * MINUTE - 1, 3 * MINUTE, 61 * MINUTE])(
    'refuses %i ms after its start, and stays healthy',
    async (ms) => {
      expect(await after('v-unavailable', ms)).toEqual({ read: unavailable, health: healthy, readiness: ready })
    }
  )
})

describe('v-unhealthy', () => {
  test.each([0, 15 * MINUTE - 1, 30 * MINUTE, 45 * MINUTE - 1, 60 * MINUTE])(
    'answers %i ms after its start',
    async (ms) => {
      expect(await after('v-unhealthy', ms)).toEqual({ read: stars, health: healthy, readiness: ready })
    }
  )

  test.each([15 * MINUTE, 30 * MINUTE - 1, 45 * MINUTE])(
    'refuses %i ms after its start, and is unhealthy',
    async (ms) => {
      const readiness = json(503, { error: 'unhealthy on purpose' })
      expect(await after('v-unhealthy', ms)).toEqual({ read: unavailable, health: unhealthy, readiness })
    }
  )
})

import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { placeSuite } from '../src/topology.ts'

const places = placeSuite(9080)

test('the ports are those of the documentation', () => {
  expect(places.map(({ name, port }) => `${name} ${port}`)).toEqual([
    'productpage-v1 9080',
    'details-v1 9081',
    'ratings-v1 9082',
    'reviews-v1 9083',
    'reviews-v2 9084',
    'reviews-v3 9085'
  ])
})

test('productpage is given all versions of reviews, to ask in turn', () => {
  expect(places[0]?.env).toMatchObject({
    PORT: '9080',
    HOST: '127.0.0.1',
    HOSTNAME: 'productpage-v1-local',
    DETAILS_HOSTNAME: '127.0.0.1:9081',
    RATINGS_HOSTNAME: '127.0.0.1:9082',
    REVIEWS_HOSTNAME: '127.0.0.1:9083,127.0.0.1:9084,127.0.0.1:9085'
  })
})

test('the versions of reviews differ by their settings alone', () => {
  const settings = places.slice(3).map(({ env }) => [env['ENABLE_RATINGS'], env['STAR_COLOR'], env['RATINGS_HOSTNAME']])
  expect(settings).toEqual([
    ['false', undefined, undefined],
    ['true', 'black', '127.0.0.1:9082'],
    ['true', 'red', '127.0.0.1:9082']
  ])
})

test('every address follows the base port', () => {
  const moved = placeSuite(20_000)
  expect(
    moved.flatMap(
      ({ env }) =>
        Object.values(env)
          .join(' ')
          .match(/\b90\d\d\b/g) ?? []
    )
  ).toEqual([])
  expect(moved.map(({ port }) => port)).toEqual([20_000, 20_001, 20_002, 20_003, 20_004, 20_005])
})

test('the main file of every service exists', () => {
  expect(places.map(({ main }) => main).filter((main) => !existsSync(main))).toEqual([])
})

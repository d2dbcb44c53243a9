import { expect, test } from 'vitest'
import {
  addressOf,
  ask,
  json,
  patiently,
  refusingPort,
  signIn,
  startProductpage,
  startRatings,
  startSqlite
} from '../support/index.ts'

// A mesh may shift some of the traffic to ratings v2. Then productpage reads from one version and writes to the other.
const orders = [
  ['v1', 'v2'],
  ['v2', 'v1']
] as const

test.each(orders)('a write to the second of %s and %s keeps the stars of others there', async (...order) => {
  await using database = await startSqlite()
  await database.createOriginal([2, 1])
  await using stack = new AsyncDisposableStack()
  const v1 = stack.use(await startRatings())
  const v2 = stack.use(await startRatings(database.env, { databaseTimes: patiently }))
  const versions = { v1, v2 }
  const nobody = await refusingPort()
  const env = {
    ...addressOf('details', nobody),
    ...addressOf('reviews', nobody),
    RATINGS_HOSTNAME: order.map((version) => `127.0.0.1:${versions[version].port}`).join(',')
  }
  const page = stack.use(await startProductpage(env))
  const read = ({ origin }: { origin: string }) => ask(origin, '/ratings/0')
  await ask(v1.origin, '/ratings/0', { method: 'POST', body: '{"Reviewer1":3,"ann":1}' })
  await ask(v2.origin, '/ratings/0', { method: 'POST', body: '{"bob":2}' })
  const before = { v1: { Reviewer1: 3, ann: 1 }, v2: { Reviewer1: 2, Reviewer2: 1, bob: 2 } }

  const [first, last] = order
  const cookie = await signIn(page.origin, 'Žofie 花子')
  const question = { method: 'POST', body: '{"stars":4}', headers: { cookie, 'content-type': 'application/json' } }
  const given = json(200, { id: 0, ratings: { ...before[last], 'Žofie 花子': 4 } })
  expect(await ask(page.origin, '/api/v1/products/0/stars', question)).toEqual(given)
  expect(await read(versions[first])).toEqual(json(200, { id: 0, ratings: before[first] }))
  expect(await read(versions[last])).toEqual(given)

  // The original's table, which lessons change, still counts.
  await database.setOriginal(0, 5)
  expect(await read(v2)).toMatchObject({ body: { ratings: { Reviewer1: 5 } } })
})

test.each(['v1', 'v2'])('ratings %s keeps the stars of a hundred readers with long names', async (version) => {
  await using database = await startSqlite()
  await database.createOriginal([2, 1])
  await using stack = new AsyncDisposableStack()
  const ratings = stack.use(
    version === 'v1' ? await startRatings() : await startRatings(database.env, { databaseTimes: patiently })
  )
  const nobody = await refusingPort()
  const env = {
    ...addressOf('details', nobody),
    ...addressOf('reviews', nobody),
    ...addressOf('ratings', ratings.port)
  }
  const page = stack.use(await startProductpage(env))
  const statuses: number[] = []
  for (let reader = 3; reader <= 101; reader += 1) {
    const cookie = await signIn(page.origin, String(reader).padStart(50, '書'))
    const question = { method: 'POST', body: '{"stars":4}', headers: { cookie, 'content-type': 'application/json' } }
    statuses.push((await ask(page.origin, '/api/v1/products/0/stars', question)).status)
  }
  expect(statuses).toEqual([...Array.from({ length: 98 }, () => 200), 409])
})

import { expect, test } from 'vitest'
import { createMemoryStore } from '../src/store/memory-store.ts'

const first = { Reviewer1: 5, Reviewer2: 4 }
const given = { Reviewer1: 1 }
const BOUND = 10_000

async function fullStore() {
  const store = createMemoryStore()
  for (let id = 0; id < BOUND; id += 1) await store.write(id, given)
  return store
}

test('a product that was never written has the first ratings', async () => {
  expect(await createMemoryStore().read(7)).toEqual({ id: 7, ratings: first })
})

test('a write replaces the stars of the product', async () => {
  const store = createMemoryStore()
  expect(await store.write(7, given)).toEqual({ id: 7, ratings: given })
  await store.write(7, { Reviewer2: 2 })
  expect(await store.read(7)).toEqual({ id: 7, ratings: { Reviewer2: 2 } })
})

test('10,000 products are kept', async () => {
  const store = await fullStore()
  expect(await store.read(0)).toEqual({ id: 0, ratings: given })
  expect(await store.read(BOUND - 1)).toEqual({ id: BOUND - 1, ratings: given })
})

test('with one more product, the one written longest ago is forgotten', async () => {
  const store = await fullStore()
  await store.write(BOUND, given)
  expect(await store.read(0)).toEqual({ id: 0, ratings: first })
  expect(await store.read(1)).toEqual({ id: 1, ratings: given })
  expect(await store.read(BOUND)).toEqual({ id: BOUND, ratings: given })
})

test('writing a product again makes it the newest', async () => {
  const store = await fullStore()
  await store.write(0, { Reviewer1: 2 })
  await store.write(BOUND, given)
  expect(await store.read(0)).toEqual({ id: 0, ratings: { Reviewer1: 2 } })
  expect(await store.read(1)).toEqual({ id: 1, ratings: first })
})

test('reading a product does not make it newer', async () => {
  const store = await fullStore()
  await store.read(0)
  await store.write(BOUND, given)
  expect(await store.read(0)).toEqual({ id: 0, ratings: first })
})

/** As long as a body may be, in names of people who rate everything. */
const large = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`${index}`.padStart(155, 'x'), 5]))
const LARGE_PRODUCTS = Math.floor(16_000_000 / JSON.stringify(large).length)

test('beyond 16 million characters, the products written longest ago are forgotten', async () => {
  const store = createMemoryStore()
  await store.write(-1, given)
  for (let id = 0; id < LARGE_PRODUCTS - 1; id += 1) await store.write(id, large)
  expect(await store.read(-1)).toEqual({ id: -1, ratings: given })
  await store.write(LARGE_PRODUCTS, large)
  await store.write(LARGE_PRODUCTS + 1, large)
  expect(await store.read(-1)).toEqual({ id: -1, ratings: first })
  expect(await store.read(0)).toEqual({ id: 0, ratings: first })
  expect(await store.read(1)).toEqual({ id: 1, ratings: large })
  expect(await store.read(LARGE_PRODUCTS + 1)).toEqual({ id: LARGE_PRODUCTS + 1, ratings: large })
})

test('writing a product again does not push others out', async () => {
  const store = createMemoryStore()
  await store.write(-1, given)
  for (let times = 0; times < 2 * LARGE_PRODUCTS; times += 1) await store.write(0, large)
  expect(await store.read(-1)).toEqual({ id: -1, ratings: given })
})

test('two stores share nothing', async () => {
  await createMemoryStore().write(7, given)
  expect(await createMemoryStore().read(7)).toEqual({ id: 7, ratings: first })
})

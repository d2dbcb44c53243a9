import { expect, test } from 'vitest'
import { createMemoryStore } from '../src/store.ts'

const first = { Reviewer1: 5, Reviewer2: 4 }
const given = { Reviewer1: 1 }
const BOUND = 10_000

function fullStore() {
  const store = createMemoryStore()
  for (let id = 0; id < BOUND; id += 1) store.write(id, given)
  return store
}

test('what was never written has the first ratings', () => {
  expect(createMemoryStore().read(7)).toEqual({ id: 7, ratings: first })
})

test('what was written is read, and replaces what was there', () => {
  const store = createMemoryStore()
  expect(store.write(7, given)).toEqual({ id: 7, ratings: given })
  store.write(7, { Reviewer2: 2 })
  expect(store.read(7)).toEqual({ id: 7, ratings: { Reviewer2: 2 } })
})

test('ten thousand products are remembered', () => {
  const store = fullStore()
  expect(store.read(0)).toEqual({ id: 0, ratings: given })
  expect(store.read(BOUND - 1)).toEqual({ id: BOUND - 1, ratings: given })
})

test('of one more, the product written longest ago is forgotten', () => {
  const store = fullStore()
  store.write(BOUND, given)
  expect(store.read(0)).toEqual({ id: 0, ratings: first })
  expect(store.read(1)).toEqual({ id: 1, ratings: given })
  expect(store.read(BOUND)).toEqual({ id: BOUND, ratings: given })
})

test('to write a product again makes it the youngest', () => {
  const store = fullStore()
  store.write(0, { Reviewer1: 2 })
  store.write(BOUND, given)
  expect(store.read(0)).toEqual({ id: 0, ratings: { Reviewer1: 2 } })
  expect(store.read(1)).toEqual({ id: 1, ratings: first })
})

test('to read a product does not make it younger', () => {
  const store = fullStore()
  store.read(0)
  store.write(BOUND, given)
  expect(store.read(0)).toEqual({ id: 0, ratings: first })
})

test('two stores know nothing of each other', () => {
  createMemoryStore().write(7, given)
  expect(createMemoryStore().read(7)).toEqual({ id: 7, ratings: first })
})

import { expect, test } from 'vitest'
import { createChance, createFaults } from '../src/faults.ts'

test('the same seed gives the same faults, about half of them', async () => {
  const refusals = async () => {
    const faults = createFaults('v-faulty', { chance: createChance(7), now: () => 0, sleep: async () => {} })
    const answers: boolean[] = []
    for (let read = 0; read < 400; read += 1) answers.push(await faults.refusesRead())
    return answers
  }
  const first = await refusals()
  expect(await refusals()).toEqual(first)
  expect(first.filter(Boolean).length).toBeGreaterThan(160)
  expect(first.filter(Boolean).length).toBeLessThan(240)
})

test('a delayed read waits for its sleep', async () => {
  const nap = Promise.withResolvers<void>()
  const faults = createFaults('v-delayed', { chance: () => 0, now: () => 0, sleep: () => nap.promise })
  const read = faults.refusesRead()
  expect(await Promise.race([read, Promise.resolve('still asleep')])).toBe('still asleep')
  nap.resolve()
  expect(await read).toBe(false)
})

test('v-unavailable counts its minutes from the start of the process', async () => {
  let now = 123_456_789
  const faults = createFaults('v-unavailable', { chance: () => 1, now: () => now, sleep: async () => {} })
  expect(await faults.refusesRead()).toBe(false)
  now += 60_000
  expect(await faults.refusesRead()).toBe(true)
  now += 60_000
  expect(await faults.refusesRead()).toBe(false)
})

const take = (count: number, seed: number): number[] => {
  const chance = createChance(seed)
  return Array.from({ length: count }, () => chance())
}

test.each([0, 1, 42, 4_294_967_295])('chance with the seed %i is the same in every run', (seed) => {
  expect(take(1000, seed)).toEqual(take(1000, seed))
})

test('chance with the seed 42 is the same on every machine', () => {
  expect(take(3, 42)).toEqual([0.6011037519201636, 0.44829055899754167, 0.8524657934904099])
})

test('chance differs from seed to seed', () => {
  expect(new Set([0, 1, 2, 42, 4_294_967_295].map((seed) => take(1, seed)[0])).size).toBe(5)
})

test.each([0, 42, 4_294_967_295])('chance with the seed %i is even, and between 0 and 1', (seed) => {
  const numbers = take(10_000, seed)
  expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0)
  expect(Math.max(...numbers)).toBeLessThan(1)
  const low = numbers.filter((number) => number <= 0.5).length
  expect(low).toBeGreaterThan(4_800)
  expect(low).toBeLessThan(5_200)
})

test('chance without a seed is not repeated', () => {
  expect(take(10, -1)).not.toEqual(take(10, -1))
})

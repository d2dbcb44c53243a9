import { expect, test } from 'vitest'
import { createChance } from '../src/chance.ts'

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

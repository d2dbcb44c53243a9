import { expect, test } from 'vitest'
import { createChance } from '../src/chance.ts'
import { createFaults } from '../src/faults.ts'

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

test('turns are counted from the start of the process, not from the clock', async () => {
  let now = 123_456_789
  const faults = createFaults('v-unavailable', { chance: () => 1, now: () => now, sleep: async () => {} })
  expect(await faults.refusesRead()).toBe(false)
  now += 60_000
  expect(await faults.refusesRead()).toBe(true)
  now += 60_000
  expect(await faults.refusesRead()).toBe(false)
})

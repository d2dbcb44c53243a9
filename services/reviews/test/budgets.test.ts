import { expect, test } from 'vitest'
import { ratingsTimeoutFor } from '../src/app.ts'

test('reviews with black stars wait 10 seconds for ratings: longer than productpage waits for reviews', () => {
  expect(ratingsTimeoutFor('black')).toBe(10_000)
})

test.each(['red', 'purple', 'Black', 'BLACK'])('reviews with %s stars wait 2.5 seconds', (color) => {
  expect(ratingsTimeoutFor(color)).toBe(2_500)
})

import { expect, test } from 'vitest'
import { REVIEWS_ATTEMPTS, UPSTREAM_TIMEOUT_MS } from '../src/upstreams.ts'

test('productpage waits 3 seconds for a call and asks for reviews twice: what the fault-injection lesson rests on', () => {
  expect({ UPSTREAM_TIMEOUT_MS, REVIEWS_ATTEMPTS }).toEqual({ UPSTREAM_TIMEOUT_MS: 3_000, REVIEWS_ATTEMPTS: 2 })
})

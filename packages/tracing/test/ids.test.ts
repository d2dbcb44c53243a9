import { expect, test } from 'vitest'
import { newSpanId, newTraceId } from '../src/ids.ts'

const MANY = 10_000

test.each([
  ['a trace', newTraceId, /^[0-9a-f]{32}$/],
  ['a span', newSpanId, /^[0-9a-f]{16}$/]
])('the ids of %s are well-formed, and never the same', (_what, create, form) => {
  const ids = Array.from({ length: MANY }, create)
  expect(ids.filter((id) => !form.test(id))).toEqual([])
  expect(new Set(ids).size).toBe(MANY)
})

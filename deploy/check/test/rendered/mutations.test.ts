import { describe, expect, test } from 'vitest'
import { check, schemasWith, worldNamed } from '../../src/checks.ts'
import { rules } from '../../src/rules/index.ts'
import { mutations } from './mutations/index.ts'

const checkSchema = schemasWith(undefined)

describe('a mutation is noticed by its rule', () => {
  test.each(mutations)('$rule: $mutation ($on)', ({ rule, on, make }) => {
    const found = check(make(worldNamed(on)), checkSchema)
    expect(found.map((finding) => finding.rule)).toContain(rule)
  })
})

test('every rule has a mutation, and every mutation a rule', () => {
  const names = ['schema', ...rules.map(({ name }) => name)]
  expect(new Set(mutations.map(({ rule }) => rule))).toEqual(new Set(names))
})

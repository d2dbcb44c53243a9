import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { check, definitions } from './checks.ts'
import { findKustomize } from './kustomize.ts'
import { mistakes } from './mistakes/index.ts'
import { rules } from './rules/index.ts'
import { overlays } from './targets.ts'
import { worldNamed } from './worlds.ts'

const checkWithCrd = definitions(undefined)
const kustomize = findKustomize()

describe('a mistake is noticed, and named', () => {
  // What is kept in deploy/rendered needs no kustomize.
  const testable = mistakes.filter(({ on }) => on in overlays || kustomize)
  test.each(testable)('$rule: $mistake ($on)', ({ rule, on, make }) => {
    const world = worldNamed(on, kustomize)
    const found = check(make(world), checkWithCrd)
    expect(found.map((finding) => finding.rule)).toContain(rule)
  })
})

test('every rule has its mistake', () => {
  const seeded = new Set(mistakes.map(({ rule }) => rule))
  expect(rules.map(({ name }) => name).filter((name) => !seeded.has(name))).toEqual([])
})

test('every mistake is of a rule', () => {
  const known = new Set(['schema', ...rules.map(({ name }) => name)])
  expect(mistakes.filter(({ rule }) => !known.has(rule))).toEqual([])
})

test('the README names every rule and its reason', () => {
  const readme = readFileSync(join(import.meta.dirname, 'README.md'), 'utf8')
  const [, table] = readme.split(/<!-- \/?rules -->\n/)
  const rows = rules.map(({ name, why }) => `| \`${name}\` | ${why} |`)
  expect(table).toBe(['| rule | or else |', '| --- | --- |', ...rows, ''].join('\n'))
})

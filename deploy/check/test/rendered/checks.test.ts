import { describe, expect, test } from 'vitest'
import { allChecks, applied, check, schemasWith, worldNamed } from '../../src/checks.ts'
import { readLessons, withThoseBefore } from '../../src/lessons.ts'

const checkSchema = schemasWith(process.env['BOOKINFO_CRDS'])

describe('what is rendered', () => {
  test.each(allChecks())('$name is right', ({ world }) => {
    expect(check(world(), checkSchema)).toEqual([])
  })
})

test('a lesson lifts no rule without need', () => {
  const lessons = readLessons()
  const idle = lessons.flatMap((lesson) =>
    lesson.needs.flatMap((overlay) => {
      if (lesson.lifts.length === 0) return []
      const world = applied(worldNamed(overlay), withThoseBefore(lesson, lessons))
      const broken = new Set(check(world, checkSchema).map(({ rule }) => rule))
      return lesson.lifts.filter((rule) => !broken.has(rule)).map((rule) => `${lesson.file} on ${overlay}: ${rule}`)
    })
  )
  expect(idle).toEqual([])
})

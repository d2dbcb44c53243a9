import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { applied, check, definitions } from './checks.ts'
import { findKustomize } from './kustomize.ts'
import { LESSONS, readLesson, readLessons, withThoseBefore } from './lessons.ts'
import { rules } from './rules/index.ts'
import { overlays } from './targets.ts'
import { worldNamed } from './worlds.ts'

const checkWithCrd = definitions(process.env['BOOKINFO_CRDS'])
const kustomize = findKustomize()
const lessons = readLessons()

describe('a lesson', () => {
  const places = lessons.flatMap((lesson) =>
    lesson.needs.map((overlay) => ({ ...lesson, overlay, manifests: withThoseBefore(lesson, lessons) }))
  )
  test.each(places)('$file is right on $overlay', ({ overlay, lifts, manifests }) => {
    const world = worldNamed(overlay, kustomize)
    const lesson = { ...world, expect: { ...world.expect, lifted: lifts } }
    expect(check(applied(lesson, manifests), checkWithCrd)).toEqual([])
  })

  test('needs overlays that there are, and lifts rules that there are', () => {
    const known = new Set([...Object.keys(overlays), ...rules.map(({ name }) => name)])
    const unknown = lessons.flatMap(({ file, needs, lifts }) =>
      [...needs, ...lifts].filter((word) => !known.has(word)).map((word) => `${file}: ${word}`)
    )
    expect(unknown).toEqual([])
  })

  test('lifts no rule without need', () => {
    const lifting = places.filter(({ lifts }) => lifts.length > 0)
    const idle = lifting.flatMap(({ file, overlay, lifts, manifests }) => {
      const broken = new Set(
        check(applied(worldNamed(overlay, kustomize), manifests), checkWithCrd).map(({ rule }) => rule)
      )
      return lifts.filter((rule) => !broken.has(rule)).map((rule) => `${file} on ${overlay}: ${rule}`)
    })
    expect(idle).toEqual([])
  })

  test('is in the README, with its first words', () => {
    const readme = readFileSync(join(LESSONS, 'README.md'), 'utf8')
    expect(lessons.filter(({ file, title }) => !readme.includes(`| [${file}](${file}) | ${title} |`))).toEqual([])
  })

  test('asks nobody to log in to a machine, which has no password, and no port for keys', () => {
    expect(lessons.filter(({ does }) => /virtctl\b.* (console|ssh|vnc)\b/.test(does)).map(({ file }) => file)).toEqual(
      []
    )
  })

  test('without a head is refused', () => {
    expect(() => readLesson('x.yaml', 'apiVersion: v1\nkind: Namespace\nmetadata: {name: x}\n')).toThrow(
      'lessons/x.yaml does not say in its head what it needs'
    )
  })
})

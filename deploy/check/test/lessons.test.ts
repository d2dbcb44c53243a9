import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { LESSONS, readLesson, readLessons } from '../src/lessons.ts'
import { rules } from '../src/rules/index.ts'
import { overlays } from '../src/targets.ts'

const lessons = readLessons()

test('lessons need overlays that exist, and lift rules that exist', () => {
  const known = new Set([...Object.keys(overlays), ...rules.map(({ name }) => name)])
  const unknown = lessons.flatMap(({ file, needs, lifts }) =>
    [...needs, ...lifts].filter((word) => !known.has(word)).map((word) => `${file}: ${word}`)
  )
  expect(unknown).toEqual([])
})

test('lessons are all in the README, with their titles', () => {
  const readme = readFileSync(join(LESSONS, 'README.md'), 'utf8')
  expect(lessons.filter(({ file, title }) => !readme.includes(`| [${file}](${file}) | ${title} |`))).toEqual([])
})

test('no lesson asks for a login to a machine, which has no password and no port for SSH', () => {
  const login = /virtctl\b.* (console|ssh|vnc)\b/
  expect(lessons.filter(({ does }) => login.test(does)).map(({ file }) => file)).toEqual([])
})

test('a lesson without a head is refused', () => {
  expect(() => readLesson('x.yaml', 'apiVersion: v1\nkind: Namespace\nmetadata: {name: x}\n')).toThrow(
    'lessons/x.yaml does not say in its head what it needs'
  )
})

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DEPLOY } from './kustomize.ts'
import { readManifests, type Manifest } from './manifest.ts'

/** A file of `deploy/lessons`: objects to apply, and a comment that says what to do and what will happen. */
export interface Lesson {
  file: string
  /** The first lines of the comment. */
  title: string
  /** The overlays that it works on. */
  needs: readonly string[]
  does: string
  sees: string
  /** Lessons that are applied before it. */
  after: readonly string[]
  /** Rules that it breaks on purpose. */
  lifts: readonly string[]
  manifests: readonly Manifest[]
}

export const LESSONS = join(DEPLOY, 'lessons')

export function readLessons(): Lesson[] {
  return globSync('**/*.yaml', { cwd: LESSONS })
    .toSorted()
    .map((file) => readLesson(file, readFileSync(join(LESSONS, file), 'utf8')))
}

/** @throws Error if a part of the comment is missing */
export function readLesson(file: string, yaml: string): Lesson {
  const lines = yaml.split('\n')
  const head = lines.slice(
    0,
    lines.findIndex((line) => !line.startsWith('#'))
  )
  const part = (name: string): string => {
    const start = head.findIndex((line) => line.startsWith(`# ${name}: `))
    if (start === -1) return ''
    const rest = head.slice(start + 1)
    const end = rest.findIndex((line) => /^# [A-Z]\w+: /.test(line) || line === '#')
    const more = rest.slice(0, end === -1 ? undefined : end)
    return [head[start]?.slice(name.length + 4), ...more.map((line) => line.slice(2).trim())].join(' ').trim()
  }
  const words = (name: string) =>
    part(name)
      .split(/,\s*/)
      .filter((word) => word !== '')
  const lesson = {
    file,
    title: head
      .slice(0, head.indexOf('#'))
      .map((line) => line.slice(2))
      .join(' '),
    needs: words('Needs'),
    does: part('Do'),
    sees: part('See'),
    after: words('After'),
    lifts: words('Lifts').map((word) => word.split(' ')[0] ?? ''),
    manifests: readManifests(yaml)
  }
  for (const name of ['needs', 'does', 'sees'] as const) {
    if (lesson[name].length === 0) throw new Error(`lessons/${file} does not say in its head what it ${name}`)
  }
  return lesson
}

/** The objects of a lesson and of the lessons before it, in that order. */
export function withThoseBefore(lesson: Lesson, all: readonly Lesson[]): Manifest[] {
  const before = lesson.after.map((file) => {
    const found = all.find((other) => other.file === file)
    if (!found) throw new Error(`lessons/${lesson.file} comes after ${file}, which is not there`)
    return found
  })
  return [...before.flatMap((other) => withThoseBefore(other, all)), ...lesson.manifests]
}

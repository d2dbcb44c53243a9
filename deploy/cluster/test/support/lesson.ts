import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { kubectl } from './kubectl.ts'
import { waitForDeployments } from './overlay.ts'

const LESSONS = join(import.meta.dirname, '../../../lessons')

/** All lessons, by their paths below deploy/lessons. */
export const lessonFiles = globSync('*/*.yaml', { cwd: LESSONS }).toSorted()

export function lessonPath(file: string): string {
  return join(LESSONS, file)
}

export function lessonText(file: string): string {
  return readFileSync(lessonPath(file), 'utf8')
}

/** What the head of a lesson has after a word, such as "Needs" or "After", as a list. */
export function headOf(file: string, word: 'Needs' | 'After'): string[] {
  const [, list = ''] = new RegExp(`^# ${word}: (.*)$`, 'm').exec(lessonText(file)) ?? []
  return list.split(', ').filter(Boolean)
}

/**
 * Applies a lesson, and first those that its head names under "After", as a reader does. Waits until all pods are ready.
 *
 * @param replacements what a reader has to put in: text of the file to new text
 */
export async function applyLesson(file: string, replacements: Record<string, string> = {}): Promise<void> {
  for (const each of headOf(file, 'After')) await kubectl(['apply', '-f', lessonPath(each)])
  let text = lessonText(file)
  for (const [old, replacement] of Object.entries(replacements)) text = text.replaceAll(old, replacement)
  await kubectl(['apply', '-f', '-'], text)
  await waitForDeployments()
}

/** Undoes a lesson and those before it, as deploy/lessons/README.md says. */
export async function undoLesson(file: string, overlay: string): Promise<void> {
  const names = [...headOf(file, 'After'), file].flatMap((each) => ['-f', lessonPath(each)])
  await kubectl(['delete', '--ignore-not-found', '--timeout=120s', ...names])
  await kubectl(['apply', '-k', join(LESSONS, '../overlays', overlay)])
}

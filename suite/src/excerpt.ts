import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ROOT } from './topology.ts'

/** A place in a source file, with what is wrong there. */
export interface Excerpt {
  file: string
  /** From 1 on. */
  line: number
  column: number
  message: string
  code: string
}

/** Four lines: the place, which editors and terminals open, the message, the line of code, and a caret below it. */
export function formatExcerpt({ file, line, column, message, code }: Excerpt): string {
  // A tab takes as much room above the caret as in the code.
  const indent = code.slice(0, column - 1).replaceAll(/[^\t]/g, ' ')
  return [`${relative(ROOT, file)}:${line}:${column}`, message, code, `${indent}^`].join('\n')
}

/**
 * Reads what Node writes about an error that nobody caught: the place, lines of code, a caret, the error and its stack.
 *
 * @returns undefined if the place is not in a file
 */
export function readExcerpt(stderr: readonly string[]): Excerpt | undefined {
  const caretAt = stderr.findIndex((text, index) => index > 0 && /^\s*\^+\s*$/.test(text) && !isInternal(stderr, index))
  const start = stderr.slice(0, Math.max(0, caretAt)).findLastIndex((text) => place.test(text))
  const [, path = '', line = ''] = place.exec(stderr[start] ?? '') ?? []
  const message = stderr.slice(caretAt + 1).find((text) => /^\w*(Error|Exception)\b/.test(text))
  const code = stderr[caretAt - 1]
  if (start < 0 || message === undefined || code === undefined) return undefined
  return {
    file: path.startsWith('file:') ? fileURLToPath(path) : path,
    line: Number(line),
    column: (stderr[caretAt]?.indexOf('^') ?? 0) + 1,
    message: message.replace(/ \[\w+\]:/, ':'),
    code
  }
}

/** A line such as `file:///app/src/main.ts:12`. */
const place = /^((?:file:\/\/)?\/.+):(\d+)$/

/** Whether the caret belongs to code of Node itself. */
function isInternal(stderr: readonly string[], caretAt: number): boolean {
  const above = stderr.slice(0, caretAt).findLast((text) => place.test(text) || /^node:.+:\d+$/.test(text))
  return above === undefined || above.startsWith('node:')
}

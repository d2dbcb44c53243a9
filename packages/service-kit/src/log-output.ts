import { once } from './once.ts'

const LONGEST_WAIT_MS = 10
const MOST_CHARACTERS = 64 * 1024

/** Where log lines go, each with its line feed. */
export interface LogOutput {
  write(lines: string): void
}

/**
 * Gathers lines for some milliseconds and writes them at once: under load, a write for each line takes a seventh of the CPU
 * time. What waits when the process ends is written then, whatever ends it but SIGKILL.
 */
export function gatherLines(output: LogOutput): LogOutput {
  let waiting = ''
  const flush = (): void => {
    const lines = waiting
    waiting = ''
    if (lines !== '') output.write(lines)
  }
  process.on('exit', flush)
  return {
    write(line) {
      if (waiting === '') setTimeout(flush, LONGEST_WAIT_MS)
      waiting += line
      if (waiting.length > MOST_CHARACTERS) flush()
    }
  }
}

export const stdout = once(() => gatherLines(process.stdout))

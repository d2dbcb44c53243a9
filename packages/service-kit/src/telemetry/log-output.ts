const LONGEST_WAIT_MS = 40
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
  let waiting: string[] = []
  let characters = 0
  const flush = (): void => {
    const lines = waiting
    waiting = []
    characters = 0
    if (lines.length > 0) output.write(lines.join(''))
  }
  process.on('exit', flush)
  return {
    write(line) {
      if (waiting.length === 0) setTimeout(flush, LONGEST_WAIT_MS)
      waiting.push(line)
      characters += line.length
      if (characters > MOST_CHARACTERS) flush()
    }
  }
}

export const stdout = gatherLines(process.stdout)

// Whoever read the log is gone, which is no reason to fail. (The logger's own stream would wait for that reader at exit.)
process.stdout.on('error', () => {})

let second = 0
let text = ''

/** A time as ISO 8601 writes it, to the millisecond. Only the milliseconds differ from most log lines to the next. */
export function isoTime(msSince1970: number): string {
  const ms = msSince1970 % 1000
  if (msSince1970 - ms !== second) {
    second = msSince1970 - ms
    text = new Date(second).toISOString().slice(0, -4)
  }
  return `${text}${String(ms).padStart(3, '0')}Z`
}

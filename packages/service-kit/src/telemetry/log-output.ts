const LONGEST_WAIT_MS = 40
const MOST_CHARACTERS = 64 * 1024
/** Characters that may wait for a reader of the log that stands still; later lines are dropped. */
const MOST_UNREAD_CHARACTERS = 1024 * 1024

/** Takes log lines, each with its line feed. */
export interface LogOutput {
  write(lines: string): unknown
  /** Characters that wait for a reader. */
  readonly writableLength?: number
}

export interface GatheredLog {
  write(line: string): void
  /** Lines that were dropped since the last call, once there is a reader again; else 0. */
  takeDropped(): number
}

/**
 * Gathers lines for some milliseconds and writes them at once. Lines that wait when the process ends are written then,
 * unless it is killed. A reader that stands still costs at most 1 MiB of memory.
 */
export function gatherLines(output: LogOutput): GatheredLog {
  let waiting: string[] = []
  let characters = 0
  let dropped = 0
  const isRead = (): boolean => (output.writableLength ?? 0) <= MOST_UNREAD_CHARACTERS
  const flush = (): void => {
    const lines = waiting
    waiting = []
    characters = 0
    if (!isRead()) dropped += lines.length
    else if (lines.length > 0) output.write(lines.join(''))
  }
  process.on('exit', () => {
    flush()
    if (dropped > 0 || (output.writableLength ?? 0) > 0) process.stderr.write('log lines were lost: nobody read them\n')
  })
  return {
    write(line) {
      if (waiting.length === 0) setTimeout(flush, LONGEST_WAIT_MS)
      waiting.push(line)
      characters += line.length
      if (characters > MOST_CHARACTERS) flush()
    },
    takeDropped() {
      if (!isRead()) return 0
      const count = dropped
      dropped = 0
      return count
    }
  }
}

export const stdout = gatherLines(process.stdout)

// The reader of the log has gone, which is no reason to fail. (The logger's own stream would wait for the reader at exit.)
process.stdout.on('error', () => {})

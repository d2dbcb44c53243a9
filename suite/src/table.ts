import type { Place } from './topology.ts'
import type { Traces } from './traces.ts'

/** Where the table goes: standard output. */
export interface Screen {
  /** Whether what was written can be erased. */
  isTerminal: boolean
  columns: number
  write: (text: string) => void
}

/** The table of the suite, which fills while the services become ready. */
export interface StartTable {
  /** Writes a line above the table, or below it once that is complete. */
  print: (line: string) => void
  markReady: (place: Pick<Place, 'name'>) => void
  /** Completes the table, and says which page to open and how to stop. */
  complete(): void
}

const WAITING = 'starting ...'

/**
 * On a terminal all rows are there at once, and get their address when the service is ready. Elsewhere a row is written when its
 * service is ready, in the order of the table.
 */
export function createStartTable(places: readonly Place[], { viewer, note }: Traces, screen: Screen): StartTable {
  const all = [...places, ...(viewer ? [viewer] : [])]
  const lines = layOut(all)
  const waitingLines = layOut(all, WAITING)
  const ready = new Set<string>()
  let isComplete = false
  /** Lines of the table that are written. */
  let written = 0

  /** The header counts as the first service. */
  const isReady = (line: number): boolean => isComplete || ready.has(all[Math.max(0, line - 1)]?.name ?? '')

  function show(): void {
    if (screen.isTerminal) {
      const shown = lines.map((line, index) => (isReady(index) ? line : (waitingLines[index] ?? line)))
      // A line that wraps would be two. The complete table is written in full.
      const fitting = isComplete ? shown : shown.map((line) => line.slice(0, Math.max(1, screen.columns - 1)))
      screen.write(`${erase(written)}${fitting.join('\n')}\n`)
      written = lines.length
    }
    for (; written < lines.length && isReady(written); written += 1) screen.write(`${lines[written]}\n`)
  }

  if (screen.isTerminal) show()
  return {
    print(line) {
      if (isComplete || !screen.isTerminal) return screen.write(`${line}\n`)
      screen.write(`${erase(written)}${line}\n`)
      written = 0
      show()
    },
    markReady({ name }) {
      ready.add(name)
      if (!isComplete) show()
    },
    complete() {
      isComplete = true
      show()
      const [first] = places
      if (first) screen.write(`\nOpen ${url(first.port, first.path)} in a browser. Ctrl-C stops everything.\n`)
      if (viewer) screen.write(`Break something, and see what happens: ${url(viewer.port, '/lab')}\n`)
      screen.write(note === undefined ? '\n' : `${note}\n\n`)
    }
  }
}

/** Moves up by lines, and erases from there on (ECMA-48). */
function erase(lines: number): string {
  return lines > 0 ? `\u001B[${lines}A\r\u001B[J` : ''
}

/** The header and a line for each place, in columns. */
function layOut(places: readonly Place[], state?: string): string[] {
  const rows = places.map(({ service, version, port, path, purpose }) =>
    state === undefined ? [service, version, url(port, path), purpose] : [service, version, state]
  )
  const table = [['service', 'version', 'address', 'what it is'], ...rows]
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)))
  return table.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd())
}

function url(port: number, path: string): string {
  return `http://localhost:${port}${path}`
}

import type { Place } from './topology.ts'
import type { Traces } from './traces.ts'

/**
 * Describes the running suite: addresses, the page to open, how to stop.
 *
 * @param hasLab whether the trace viewer can control the suite, which it cannot in `npm run dev`
 */
export function describeSuite(places: readonly Place[], { viewer, note }: Traces, { hasLab = false } = {}): string {
  const rows = [...places, ...(viewer ? [viewer] : [])].map(({ service, version, port, path, purpose }) => [
    service,
    version,
    url(port, path),
    purpose
  ])
  const table = [['service', 'version', 'address', 'what it is'], ...rows]
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)))
  const lines = table.map((row) =>
    `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd()
  )
  const [first] = places
  const open =
    first === undefined ? [] : ['', `Open ${url(first.port, first.path)} in a browser. Ctrl-C stops everything.`]
  const lab = viewer && hasLab ? [`Break something, and see what happens: ${url(viewer.port, '/lab')}`] : []
  return [...lines, ...open, ...lab, ...(note === undefined ? [] : [note]), ''].join('\n')
}

function url(port: number, path: string): string {
  return `http://localhost:${port}${path}`
}

import { draw, LANE, NODE, placeFigures, type Line, type Point } from './map-lines.ts'
import { partyName, type Party } from './service-calls.ts'
import type { Edge } from './service-map.ts'

/** A service in one version; its point is the centre. */
export interface Node extends Point {
  /** Undefined for whoever is outside. */
  party: Party | undefined
}

export interface MapLayout {
  width: number
  height: number
  nodes: Node[]
  lines: Line[]
}

/** What takes room in a row: a service, or a line on its way to a lower row. */
type Slot = { name: Name; party: Party | undefined } | { passing: Edge }
type Name = string | undefined

/** Four services beside each other fit into a phone. */
const COLUMN = NODE.width + 4
const ROW = NODE.height + 104
const MARGIN = 30

/** Places callers above whom they call, each row spread over the width. */
export function layOut(edges: readonly Edge[]): MapLayout {
  const rows = fillRows(edges)
  const width = Math.max(2 * COLUMN, ...rows.map(widthOf))
  const nodes = new Map<Name, Node>()
  const lanes = new Map<Edge, Point[]>(edges.map((edge) => [edge, []]))

  for (const [index, row] of rows.entries()) {
    const above = (slot: Slot) => ('passing' in slot ? startOf(slot.passing) : callersOf(slot.name))
    const sorted = row.toSorted((a, b) => above(a) - above(b) || (labelOf(a) < labelOf(b) ? -1 : 1))
    const y = MARGIN + index * ROW
    let taken = 0
    for (const slot of sorted) {
      const room = roomFor(slot)
      const x = ((taken + room / 2) * width) / widthOf(row)
      taken += room
      if ('passing' in slot) lanes.get(slot.passing)?.push({ x, y })
      else nodes.set(slot.name, { party: slot.party, x, y })
    }
  }

  /** The middle of the callers that have a place already, so that lines cross less. */
  function callersOf(name: Name): number {
    const places = edges.filter(({ to }) => nameOf(to) === name).flatMap(({ from }) => nodes.get(nameOf(from))?.x ?? [])
    return places.reduce((sum, x) => sum + x, 0) / Math.max(1, places.length)
  }

  function startOf(edge: Edge): number {
    return lanes.get(edge)?.at(-1)?.x ?? nodes.get(nameOf(edge.from))?.x ?? 0
  }

  return {
    width,
    height: Math.max(0, rows.length - 1) * ROW + 2 * MARGIN,
    nodes: [...nodes.values()],
    lines: placeFigures(
      edges.flatMap((edge) => {
        const [from, to] = [nodes.get(nameOf(edge.from)), nodes.get(nameOf(edge.to))]
        const isOnly = edges.every((other) => other === edge || nameOf(other.to) !== nameOf(edge.to))
        return from && to ? [draw(edge, { from, lane: lanes.get(edge) ?? [], to }, { width, isOnly })] : []
      })
    )
  }
}

function nameOf(party: Party | undefined): Name {
  return party && partyName(party)
}

function fillRows(edges: readonly Edge[]): Slot[][] {
  const parties = new Map(edges.flatMap(({ from, to }) => [from, to]).map((party) => [nameOf(party), party]))
  const ranks = rank(edges.map(({ from, to }) => ({ from: nameOf(from), to: nameOf(to) })))
  const rows: Slot[][] = Array.from({ length: Math.max(-1, ...ranks.values()) + 1 }, () => [])
  for (const [name, row] of ranks) rows[row]?.push({ name, party: parties.get(name) })
  for (const edge of edges) {
    const passed = rows.slice((ranks.get(nameOf(edge.from)) ?? 0) + 1, ranks.get(nameOf(edge.to)))
    for (const row of passed) row.push({ passing: edge })
  }
  return rows
}

/** Rows below the top: one more than the lowest caller, where a call that closes a circle does not count. */
function rank(edges: readonly { from: Name; to: Name }[]): Map<Name, number> {
  const ranks = new Map<Name, number>()
  const above = new Set<Name>()

  function visit(name: Name, depth: number): void {
    if (above.has(name) || (ranks.get(name) ?? -1) >= depth) return
    ranks.set(name, depth)
    above.add(name)
    for (const { from, to } of edges) if (from === name) visit(to, depth + 1)
    above.delete(name)
  }

  const called = new Set<Name>(edges.filter(({ from, to }) => from !== to).map(({ to }) => to))
  for (const { from } of edges) if (!called.has(from)) visit(from, 0)
  for (const { from } of edges) if (!ranks.has(from)) visit(from, 0)
  return ranks
}

function widthOf(row: readonly Slot[]): number {
  return row.reduce((sum, slot) => sum + roomFor(slot), 0)
}

function roomFor(slot: Slot): number {
  return 'passing' in slot ? LANE : COLUMN
}

/** For order where callers leave it open, so that a picture that is drawn again looks the same. */
function labelOf(slot: Slot): string {
  return ('passing' in slot ? nameOf(slot.passing.to) : slot.name) ?? ''
}

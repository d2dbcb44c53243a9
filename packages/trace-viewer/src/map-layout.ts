import type { Edge } from './service-map.ts'

export interface Node {
  /** Undefined for whoever is outside. */
  name: string | undefined
  /** The centre. */
  x: number
  y: number
}

export interface Line {
  edge: Edge
  path: string
  /** Where its figures stand. */
  x: number
  y: number
}

export interface MapLayout {
  width: number
  height: number
  nodes: Node[]
  lines: Line[]
}

export const NODE = { width: 116, height: 44 }
const COLUMN = 176
const ROW = 132
const MARGIN = 30
/** Half of what a line's figures need beside it. */
const LABEL_ROOM = 36

/** Places callers above whom they call, each row spread over the width. */
export function layOut(edges: readonly Edge[]): MapLayout {
  const ranks = rank(edges)
  const rows = Map.groupBy(ranks.keys(), (name) => ranks.get(name) ?? 0)
  const width = Math.max(2, ...[...rows.values()].map((row) => row.length)) * COLUMN
  const nodes = new Map<string | undefined, Node>()
  const depths = [...rows.keys()].toSorted((a, b) => a - b)
  for (const [index, depth] of depths.entries()) {
    const row = (rows.get(depth) ?? []).toSorted(
      // By name where that leaves it open, so that a picture that is drawn again looks the same.
      (a, b) => callersOf(a, edges, nodes) - callersOf(b, edges, nodes) || ((a ?? '') < (b ?? '') ? -1 : 1)
    )
    for (const [place, name] of row.entries()) {
      nodes.set(name, { name, x: ((place + 0.5) * width) / row.length, y: MARGIN + index * ROW })
    }
  }
  const all = [...nodes.values()]
  return {
    width,
    height: (depths.length - 1) * ROW + 2 * MARGIN,
    nodes: all,
    lines: edges.flatMap((edge) => {
      const [from, to] = [nodes.get(edge.from), nodes.get(edge.to)]
      return from && to ? [draw(edge, from, to, all, width)] : []
    })
  }
}

/** Rows below the top: one more than the lowest caller, where a call that closes a circle does not count. */
function rank(edges: readonly Edge[]): Map<string | undefined, number> {
  const ranks = new Map<string | undefined, number>()
  const above = new Set<string | undefined>()

  function visit(name: string | undefined, depth: number): void {
    if (above.has(name) || (ranks.get(name) ?? -1) >= depth) return
    ranks.set(name, depth)
    above.add(name)
    for (const { from, to } of edges) if (from === name) visit(to, depth + 1)
    above.delete(name)
  }

  const called = new Set<string | undefined>(edges.filter(({ from, to }) => from !== to).map(({ to }) => to))
  for (const { from } of edges) if (!called.has(from)) visit(from, 0)
  for (const { from } of edges) if (!ranks.has(from)) visit(from, 0)
  return ranks
}

/** The middle of the callers that have a place already, so that lines cross less. */
function callersOf(name: string | undefined, edges: readonly Edge[], nodes: Map<string | undefined, Node>): number {
  const places = edges.filter(({ to }) => to === name).flatMap(({ from }) => nodes.get(from)?.x ?? [])
  return places.reduce((sum, x) => sum + x, 0) / Math.max(1, places.length)
}

function draw(edge: Edge, from: Node, to: Node, nodes: readonly Node[], width: number): Line {
  const down = to.y > from.y
  const half = down ? NODE.height / 2 : -NODE.height / 2
  const [startY, endY] = [from.y + half, to.y - half]
  const middle = { x: (from.x + to.x) / 2, y: (startY + endY) / 2 }
  // A line that goes up, or through another service, takes a way around the side where there is more room.
  const blocked = nodes.some((node) => node !== from && node !== to && isNear(node, middle))
  const bow = blocked || !down ? (middle.x > width / 2 ? 1 : -1) * NODE.width : 0
  const startX = from.x + lean(to.x + bow - from.x) / (from.name === undefined ? 2 : 1)
  const endX = to.x + lean(from.x + bow - to.x)
  if (bow === 0) {
    const straight = `M${at(startX, startY)} L${at(endX, endY)}`
    return { edge, path: straight, x: (startX + endX) / 2, y: middle.y }
  }
  const bend = (endY - startY) / 3
  const path = `M${at(startX, startY)} C${at(startX + bow, startY + bend)} ${at(endX + bow, endY - bend)} ${at(endX, endY)}`
  const x = Math.max(LABEL_ROOM, Math.min(width - LABEL_ROOM, (startX + endX) / 2 + bow * 0.75))
  return { edge, path, x, y: middle.y }
}

/** Lines leave and reach a box on the side of where they go, so that those of several services stay apart. */
function lean(distance: number): number {
  return Math.max(-NODE.width / 3, Math.min(NODE.width / 3, distance * 0.2))
}

function isNear(node: Node, { x, y }: { x: number; y: number }): boolean {
  return Math.abs(node.x - x) < NODE.width * 0.75 && Math.abs(node.y - y) < ROW / 2
}

function at(x: number, y: number): string {
  return `${Math.round(x)} ${Math.round(y)}`
}

import type { Edge } from './service-map.ts'

export interface Point {
  x: number
  y: number
}

/** A call, as it is drawn. */
export interface Drawn {
  edge: Edge
  path: string
  /** Where its figures may stand, best first. */
  places: readonly Point[]
}

/** Its point is where its figures stand. */
export interface Line extends Point, Omit<Drawn, 'places'> {}

export const NODE = { width: 90, height: 46 }
/** What a line's figures need. */
export const LABEL = { width: 76, height: 60 }
/** What a line needs of a row that it passes. Its figures stand between the rows. */
export const LANE = 24

export interface Way {
  from: Point
  /** Where it passes the rows between them. */
  lane: readonly Point[]
  to: Point
}

export interface Surroundings {
  /** Width of the whole picture. */
  width: number
  /** Whether no other line ends at the same service. */
  isOnly: boolean
}

/** Draws a call from one service to another. */
export function draw(edge: Edge, { from, lane, to }: Way, { width, isOnly }: Surroundings): Drawn {
  const down = to.y > from.y
  const half = down ? NODE.height / 2 : -NODE.height / 2
  // A line that goes up takes a way around the side where there is more room.
  const bow = down ? 0 : (from.x + to.x > width ? 1 : -1) * NODE.width
  const startX = from.x + lean((lane[0] ?? to).x + bow - from.x) / (edge.from === undefined ? 2 : 1)
  const endX = to.x + lean((lane.at(-1) ?? from).x + bow - to.x)
  const [start, end] = [
    { x: startX, y: from.y + half },
    { x: endX, y: to.y - half }
  ]
  if (down) {
    const path = `M${at(start)} ${[...lane, end].map(bendTo(start)).join(' ')}`
    const beside = (x: number, share: number) => ({ x, y: start.y + share * (end.y - start.y) })
    const [above, below] = [beside(to.x, 0.6), beside(from.x, 0.4)]
    // Figures stand where the line is alone: above the called service if no other line ends there, else below the caller.
    const ends = isOnly ? [above, below] : [below, above, beside((from.x + to.x) / 2, 0.5)]
    return { edge, path, places: lane.length > 0 ? besideRows([from, ...lane, to]) : ends }
  }
  const bend = (end.y - start.y) / 3
  const [out, back] = [
    { x: startX + bow, y: start.y + bend },
    { x: endX + bow, y: end.y - bend }
  ]
  const middle = (startX + endX) / 2 + bow * 0.75
  const x = Math.max(LABEL.width / 2, Math.min(width - LABEL.width / 2, middle))
  const path = `M${at(start)} C${at(out)} ${at(back)} ${at(end)}`
  return { edge, path, places: [{ x, y: (start.y + end.y) / 2 }] }
}

/** Where a line that passes rows is between two of them, or just beside it there: after its last row first. */
function besideRows(stops: readonly Point[]): Point[] {
  const bends = stops.slice(1).map((end, index) => ({ start: stops[index] ?? end, end }))
  return bends.toReversed().flatMap(({ start, end }) => {
    const way = { x: end.x - start.x, y: end.y - start.y }
    const [near, middle] = [
      { x: start.x + way.x * 0.3, y: start.y + way.y * 0.4 },
      { x: start.x + way.x * 0.5, y: start.y + way.y * 0.5 }
    ]
    return [near, middle, ...[-1, 1].map((side) => ({ ...near, x: near.x + (side * LABEL.width) / 2 }))]
  })
}

/** Puts the figures of each line where no others are, those with the fewest choices first. */
export function placeFigures(lines: readonly Drawn[]): Line[] {
  const taken: Point[] = []
  const isFree = ({ x, y }: Point) =>
    taken.every((other) => Math.abs(other.x - x) >= LABEL.width || Math.abs(other.y - y) >= LABEL.height)
  return lines
    .toSorted((a, b) => a.places.length - b.places.length)
    .flatMap(({ edge, path, places }) => {
      const place = places.find(isFree) ?? places[0]
      if (place === undefined) return []
      taken.push(place)
      return { edge, path, ...place }
    })
}

/** From one point to the next, upright at both. */
function bendTo(start: Point): (point: Point) => string {
  let last = start
  return (point) => {
    const y = (last.y + point.y) / 2
    const path = `C${at({ x: last.x, y })} ${at({ x: point.x, y })} ${at(point)}`
    last = point
    return path
  }
}

/** Lines leave and reach a box on the side of where they go, so that those of several services stay apart. */
function lean(distance: number): number {
  return Math.max(-NODE.width / 3, Math.min(NODE.width / 3, distance * 0.2))
}

function at({ x, y }: Point): string {
  return `${Math.round(x)} ${Math.round(y)}`
}

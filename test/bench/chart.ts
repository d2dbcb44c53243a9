import { html, type Html } from '@bookinfo/service-kit'

const WIDTH = 720
const HEIGHT = 328
const PLOT = { left: 72, right: 520, top: 56, bottom: 280 }
const COLORS = ['#0b6bcb', '#b45309', '#15803d', '#9333ea', '#c2185b', '#0e7490', '#4d7c0f', '#7c2d12', '#64748b']

export interface Line {
  name: string
  points: readonly (readonly [x: number, y: number])[]
}

export interface Chart {
  title: string
  x: { title: string; log?: boolean }
  y: { title: string; log?: boolean }
  lines: readonly Line[]
}

/** Draws lines over axes as SVG. A logarithmic axis leaves out what is not greater than zero. */
export function drawChart({ title, x, y, lines }: Chart): string {
  const drawn = lines.map((line) => ({
    ...line,
    points: line.points.filter(([at, value]) => (!x.log || at > 0) && (!y.log || value > 0))
  }))
  const all = drawn.flatMap(({ points }) => points)
  const across = axis(
    all.map(([at]) => at),
    x.log === true,
    [PLOT.left, PLOT.right]
  )
  const up = axis(
    all.map(([, value]) => value),
    y.log === true,
    [PLOT.bottom, PLOT.top]
  )
  return html`<svg
    xmlns="http://www.w3.org/2000/svg"
    viewBox="0 0 ${WIDTH} ${HEIGHT}"
    width="${WIDTH}"
    height="${HEIGHT}"
  >
    <style>
      text {
        font:
          12px system-ui,
          sans-serif;
        fill: #333;
      }
      .end {
        text-anchor: end;
      }
      .middle {
        text-anchor: middle;
      }
      .title {
        font-weight: 600;
      }
      .grid {
        stroke: #ddd;
      }
      polyline {
        fill: none;
        stroke-width: 2;
      }
      .back {
        fill: #fff;
      }
      @media (prefers-color-scheme: dark) {
        text {
          fill: #ddd;
        }
        .back {
          fill: #181818;
        }
        .grid {
          stroke: #444;
        }
      }
    </style>
    <rect class="back" width="${WIDTH}" height="${HEIGHT}" />
    <text class="title" x="16" y="24">${title}</text>
    <text x="16" y="42">${y.title}</text>
    ${up.ticks.map(
      (tick) =>
        html`<line class="grid" x1="${PLOT.left}" x2="${PLOT.right}" y1="${up.at(tick)}" y2="${up.at(tick)}" />
          <text class="end" x="${PLOT.left - 6}" y="${up.at(tick) + 4}">${format(tick)}</text>`
    )}
    ${across.ticks.map(
      (tick) => html`<text class="middle" x="${across.at(tick)}" y="${PLOT.bottom + 16}">${format(tick)}</text>`
    )}
    <text class="middle" x="${(PLOT.left + PLOT.right) / 2}" y="${HEIGHT - 12}">${x.title}</text>
    ${drawn.map(({ name, points }, index) =>
      drawLine(
        name,
        points.map(([at, value]) => `${across.at(at)},${up.at(value)}`),
        index
      )
    )}
  </svg> `.html
}

function drawLine(name: string, points: readonly string[], index: number): Html {
  const color = COLORS[index % COLORS.length]
  const y = PLOT.top + 12 + index * 20
  return html`<polyline stroke="${color}" points="${points.join(' ')}" />
    <line
      stroke="${color}"
      stroke-width="2"
      x1="${PLOT.right + 12}"
      x2="${PLOT.right + 28}"
      y1="${y - 4}"
      y2="${y - 4}"
    />
    <text x="${PLOT.right + 34}" y="${y}">${name}</text>`
}

/** Places numbers between two pixels. A linear axis begins at zero. */
function axis(values: readonly number[], isLog: boolean, [start, end]: readonly [number, number]) {
  const greatest = values.reduce((most, value) => Math.max(most, value), isLog ? 1 : 0) || 1
  const least = isLog ? values.reduce((fewest, value) => Math.min(fewest, value), greatest) : 0
  const [low, high] = isLog
    ? [Math.floor(Math.log10(least)), Math.ceil(Math.log10(greatest)) || 1]
    : [0, greatest * 1.05]
  const at = (value: number): number => {
    const share = ((isLog ? Math.log10(value) : value) - low) / (high - low || 1)
    return Math.round((start + share * (end - start)) * 10) / 10
  }
  const step = 10 ** Math.floor(Math.log10(greatest / 2))
  const ticks = isLog
    ? Array.from({ length: high - low + 1 }, (_, power) => 10 ** (low + power))
    : [0, 1, 2, 3, 4].map((part) => Math.round((part * greatest) / 4 / step) * step)
  return { at, ticks: [...new Set(ticks)] }
}

function format(number: number): string {
  return number >= 10_000 ? `${Math.round(number / 1000)}k` : String(Number(number.toPrecision(2)))
}

import { html, type Html } from '@bookinfo/service-kit'
import type { Step, Summary } from './report.ts'

const WIDTH = 720
const HEIGHT = 300
/** The plot lies within these margins. */
const PLOT = { left: 80, right: 704, top: 64, bottom: 248 }

/** A picture of a run as SVG: median and 99th percentile over time, and a bar for each step with failed requests. */
export function drawSummary(summary: Summary): string {
  const { url, steps, requests, failed, incomplete, seconds, latencyMs } = summary
  const highest = niceCeiling(Math.max(1, ...steps.map(({ p99 }) => p99)))
  const stepSeconds = (steps[1]?.atSeconds ?? 1) - (steps[0]?.atSeconds ?? 0)
  const x = (at: number) => PLOT.left + (at / Math.max(1, steps.length - 1)) * (PLOT.right - PLOT.left)
  const y = (ms: number) => PLOT.bottom - (ms / highest) * (PLOT.bottom - PLOT.top)
  const line = (name: string, read: (step: Step) => number) =>
    html`<polyline
      class="${name}"
      points="${steps.map((step, at) => `${round(x(at))},${round(y(read(step)))}`).join(' ')}"
    />`
  const failures = steps.flatMap((step, at) => (step.failed > 0 ? [bar(x(at), step)] : []))
  return html`<svg
    xmlns="http://www.w3.org/2000/svg"
    viewBox="0 0 ${WIDTH} ${HEIGHT}"
    width="${WIDTH}"
    height="${HEIGHT}"
  >
    <style>
      text {
        font:
          13px system-ui,
          sans-serif;
        fill: #333;
      }
      .end {
        text-anchor: end;
      }
      polyline {
        fill: none;
        stroke-width: 2;
      }
      .p50 {
        stroke: #0b6bcb;
        fill: none;
      }
      .p99 {
        stroke: #b45309;
        stroke-dasharray: 6 3;
      }
      .grid {
        stroke: #bbb;
      }
      .failed {
        fill: #c22;
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
          stroke: #555;
        }
        .p50 {
          stroke: #6cb2ff;
        }
        .p99 {
          stroke: #f2a65a;
        }
        .failed {
          fill: #ff7b72;
        }
      }
    </style>
    <rect class="back" width="${WIDTH}" height="${HEIGHT}" />
    <text x="16" y="24">${url}</text>
    <text x="16" y="44">
      ${requests} requests in ${seconds} s, ${failed} failed, ${incomplete} incomplete; p50 ${latencyMs.p50} ms, p99
      ${latencyMs.p99} ms
    </text>
    ${[0, 0.5, 1].map(
      (share) =>
        html`<line
            class="grid"
            x1="${PLOT.left}"
            x2="${PLOT.right}"
            y1="${y(highest * share)}"
            y2="${y(highest * share)}"
          />
          <text class="end" x="${PLOT.left - 8}" y="${y(highest * share) + 4}">${highest * share} ms</text>`
    )}
    ${failures}${line('p50', ({ p50 }) => p50)}${line('p99', ({ p99 }) => p99)}
    <text x="${PLOT.left}" y="${PLOT.bottom + 18}">0 s</text>
    <text class="end" x="${PLOT.right}" y="${PLOT.bottom + 18}">${steps.length * stepSeconds} s</text>
    <text x="${PLOT.left}" y="${HEIGHT - 12}">
      median: solid line; 99th percentile: dashed line; red bar: failed requests
    </text>
  </svg> `.html
}

/** As high as the share of failed requests. */
function bar(x: number, { failed, requests }: Step): Html {
  const height = (failed / requests) * (PLOT.bottom - PLOT.top)
  return html`<rect
    class="failed"
    x="${round(x - 1.5)}"
    y="${round(PLOT.bottom - height)}"
    width="3"
    height="${round(height)}"
  />`
}

/** The next of 1, 2, 5, 10, 20, … */
function niceCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  return ([1, 2, 5].find((factor) => factor * power >= value) ?? 10) * power
}

function round(pixels: number): number {
  return Math.round(pixels * 10) / 10
}

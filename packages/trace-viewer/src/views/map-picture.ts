import { html, type Html } from '@bookinfo/service-kit'
import { showDuration, showRate, showShare } from '../figures.ts'
import type { MapLayout, Node } from '../map-layout.ts'
import { NODE, type Line } from '../map-lines.ts'
import type { Palette } from './service-name.ts'

/** Characters that fit into a box. */
const LONGEST_NAME = 15
const LETTER_WIDTH = 6.6
const LINE_HEIGHT = 15

/** The service map as a picture. The table beside it says the same for screen readers. */
export function mapPicture({ width, height, nodes, lines }: MapLayout, palette: Palette): Html {
  const seen = new Set(lines.flatMap(({ edge }) => (edge.unanswered ? [edge.from] : [edge.from, edge.to])))
  return html`<div class="scroll">
    <svg class="map" viewBox="0 0 ${width} ${height}" width="${width}" role="img" aria-labelledby="map-name map-text">
      <title id="map-name">Service map</title>
      <desc id="map-text">${lines.map(({ edge }) => `${edge.from ?? 'The outside'} calls ${edge.to}. `)}</desc>
      <defs>
        ${['plain', 'bad'].map(
          (kind) =>
            html`<marker
              id="arrow-${kind}"
              viewBox="0 0 10 10"
              refX="9"
              refY="5"
              markerWidth="7"
              markerHeight="7"
              orient="auto"
            >
              <path class="arrow ${kind}" d="M0 0 L10 5 L0 10 z" />
            </marker>`
        )}
      </defs>
      ${lines.map(({ edge, path }) => {
        const kind = edge.errorRate > 0 ? 'bad' : 'plain'
        return html`<path class="edge ${kind}" d="${path}" marker-end="url(#arrow-${kind})" />`
      })}
      ${nodes.map((node) => box(node, palette, !seen.has(node.name)))} ${lines.map(label)}
    </svg>
  </div>`
}

function box({ name, x, y }: Node, palette: Palette, unanswered: boolean): Html {
  if (name === undefined) return html`<text class="note" x="${round(x)}" y="${round(y) + 5}">outside</text>`
  const { width, height } = NODE
  return html`<g class="node ${palette(name)} ${unanswered && 'unanswered'}">
    <title>${name}</title>
    <rect x="${round(x - width / 2)}" y="${round(y - height / 2)}" width="${width}" height="${height}" rx="10" />
    <text x="${round(x)}" y="${round(y) + 5}">${shorten(name)}</text>
  </g>`
}

function label({ edge, x, y }: Line): Html {
  const texts = [showRate(edge.perSecond), `p95 ${showDuration(edge.p95Us)}`]
  if (edge.errorRate > 0) texts.push(`${showShare(edge.errorRate)} errors`)
  const width = Math.max(...texts.map((text) => text.length)) * LETTER_WIDTH + 8
  const height = texts.length * LINE_HEIGHT + 4
  return html`<g class="label">
    <rect x="${round(x - width / 2)}" y="${round(y - height / 2)}" width="${round(width)}" height="${height}" rx="6" />
    <text>
      ${texts.map(
        (text, index) =>
          html`<tspan
            class="${index === 2 && 'bad'}"
            x="${round(x)}"
            y="${round(y - height / 2) + LINE_HEIGHT * (index + 1) - 2}"
            >${text}
          </tspan>`
      )}
    </text>
  </g>`
}

function shorten(name: string): string {
  return name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name
}

function round(units: number): number {
  return Math.round(units)
}

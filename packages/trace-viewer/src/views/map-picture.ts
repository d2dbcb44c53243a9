import { html, type Html } from '@bookinfo/service-kit'
import { showDuration, showRate, showShare } from '../figures.ts'
import type { MapLayout, Node } from '../map-layout.ts'
import { NODE, type Line } from '../map-lines.ts'
import { partyName } from '../service-calls.ts'
import { spanHref } from '../span.ts'
import type { Edge } from '../service-map.ts'
import { filterHref } from '../trace-filter.ts'
import { logsHref } from './figure-links.ts'
import type { Palette } from './service-name.ts'

/** Characters that fit into a box. */
const LONGEST_NAME = 12
const LETTER_WIDTH = 5.8
const LINE_HEIGHT = 14
/** The picture is drawn for phones; on wider screens it may grow by this much. */
const GROWTH = 1.3
/** How many widths of lines the stylesheet has. */
const WIDTHS = 6

export interface PictureContext {
  palette: Palette
  /** The period of the traces that the links lead to. */
  minutes: number
}

/** The service map as a picture. The table beside it has the same figures and links for screen readers and keyboards. */
export function mapPicture({ width, height, nodes, lines }: MapLayout, context: PictureContext): Html {
  const seen = new Set(lines.flatMap(({ edge: { from, to, unanswered } }) => [from, ...(unanswered ? [] : [to])]))
  const names = new Set([...seen].map((party) => party && partyName(party)))
  const busiest = Math.max(...lines.map(({ edge }) => edge.perSecond))
  return html`<svg
    class="map"
    viewBox="0 0 ${width} ${height}"
    width="${Math.round(width * GROWTH)}"
    aria-hidden="true"
  >
    <defs>
      ${['plain', 'bad'].map(
        (kind) =>
          html`<marker
            id="arrow-${kind}"
            viewBox="0 0 10 10"
            refX="9"
            refY="5"
            markerUnits="userSpaceOnUse"
            markerWidth="12"
            markerHeight="12"
            orient="auto"
          >
            <path class="arrow ${kind}" d="M0 0 L10 5 L0 10 z" />
          </marker>`
      )}
    </defs>
    ${lines.map(({ edge: { errorRate, perSecond }, path }) => {
      const kind = errorRate > 0 ? 'bad' : 'plain'
      const weight = Math.ceil(Math.sqrt(perSecond / busiest) * WIDTHS)
      return html`<path class="edge ${kind} w${weight}" d="${path}" marker-end="url(#arrow-${kind})" />`
    })}
    ${nodes.map((node) => box(node, context, !names.has(node.party && partyName(node.party))))}
    ${lines.map((line) => label(line, context))}
  </svg>`
}

function box({ party, x, y }: Node, { palette, minutes }: PictureContext, unanswered: boolean): Html {
  if (party === undefined) return html`<text class="note" x="${round(x)}" y="${round(y) + 5}">outside</text>`
  const { width, height } = NODE
  const { service, version } = party
  const shape = html`<g class="node ${palette(service)} ${unanswered && 'unanswered'}">
    <rect x="${round(x - width / 2)}" y="${round(y - height / 2)}" width="${width}" height="${height}" rx="10" />
    <text x="${round(x)}" y="${round(y) + (unanswered && version === '' ? 4 : -3)}">${shorten(service)}</text>
    ${version !== '' && html`<text class="note" x="${round(x - (unanswered ? 0 : width / 4))}" y="${round(y) + 14}">${shorten(version)}</text>`}
  </g>`
  // It has left nothing to lead to.
  if (unanswered) return shape
  return html`<a href="${filterHref({ service, version, minutes })}" tabindex="-1"
      ><title>Traces of ${partyName(party)}</title>${shape}</a
    ><a href="${logsHref(party)}" tabindex="-1"
      ><text class="note link" x="${round(x + width / 4)}" y="${round(y) + 14}">logs</text></a
    >`
}

/** Where the figures of a call lead: to the last that failed, or to the traces of such calls. */
function hrefOf({ from, to, failed, slowest, unanswered }: Edge, minutes: number): string {
  const span = failed ?? (unanswered ? slowest : undefined)
  return span ? spanHref(span) : filterHref({ ...to, caller: from?.service ?? '', minutes })
}

function label({ edge, x, y }: Line, { minutes }: PictureContext): Html {
  const { perSecond, p95Us, errorRate, share, failed } = edge
  const texts = [
    share !== undefined && html`<tspan class="split">${showShare(share)}</tspan>`,
    html`<tspan>${showRate(perSecond)}</tspan>`,
    html`<tspan>p95 ${showDuration(p95Us)}</tspan>`,
    errorRate > 0 && html`<tspan class="bad">✕ ${showShare(errorRate)}</tspan>`
  ].filter((text) => text !== false)
  const letters = Math.max(...texts.map((text) => text.html.replaceAll(/<[^>]*>/g, '').length))
  const [width, height] = [letters * LETTER_WIDTH + 8, texts.length * LINE_HEIGHT + 4]
  return html`<a href="${hrefOf(edge, minutes)}" tabindex="-1"
    ><g class="label">
      <title>${failed ? 'The last call that failed' : 'Traces of these calls'}</title>
      <rect
        x="${round(x - width / 2)}"
        y="${round(y - height / 2)}"
        width="${round(width)}"
        height="${height}"
        rx="6"
      />
      ${texts.map((text, index) => html`<text x="${round(x)}" y="${round(y - height / 2) + LINE_HEIGHT * (index + 1) - 2}">${text}</text>`)}
    </g></a
  >`
}

function shorten(name: string): string {
  return name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name
}

function round(units: number): number {
  return Math.round(units)
}

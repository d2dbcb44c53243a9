import { html, type Html } from '@bookinfo/service-kit'

/** Centres of the boxes in a picture of 360 by 300 units: small enough to be read on a telephone. */
const nodes = [
  { id: 'productpage', label: 'productpage', note: 'this page', x: 180, y: 34, width: 130 },
  { id: 'details', label: 'details', note: 'facts', x: 58, y: 140, width: 100 },
  { id: 'reviews-v1', label: 'reviews v1', note: 'no stars', x: 232, y: 112, width: 120 },
  { id: 'reviews-v2', label: 'reviews v2', note: 'black stars', x: 232, y: 168, width: 120 },
  { id: 'reviews-v3', label: 'reviews v3', note: 'red stars', x: 232, y: 224, width: 120 },
  { id: 'ratings', label: 'ratings', note: 'stars', x: 232, y: 300, width: 100 }
]

/** Who calls whom: the suite's one list of edges, as lines with an arrow at their end. */
const edges = [
  { from: 'productpage', to: 'details', path: 'M150 57 L78 115' },
  { from: 'productpage', to: 'reviews', path: 'M196 57 L222 87' },
  { from: 'reviews-v2', to: 'ratings', path: 'M172 168 C140 180 140 270 180 294' },
  { from: 'reviews-v3', to: 'ratings', path: 'M232 247 L232 274' }
]

/** The picture of the call graph, drawn here, so that it follows the page's colours. */
export const callGraph: Html = html`<svg
  class="graph"
  viewBox="0 0 360 332"
  role="img"
  aria-labelledby="graph-name graph-text"
>
  <title id="graph-name">Call graph of Bookinfo</title>
  <desc id="graph-text">
    productpage calls details and one of three versions of reviews. reviews v2 and v3 call ratings; reviews v1 does not.
  </desc>
  <defs>
    <marker id="arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto">
      <path class="arrow" d="M0 0 L10 5 L0 10 z" />
    </marker>
  </defs>
  <rect class="group" x="160" y="84" width="144" height="168" rx="14" />
  ${edges.map(({ path }) => html`<path class="edge" d="${path}" marker-end="url(#arrow)" />`)}
  ${nodes.map(
    ({ id, label, note, x, y, width }) =>
      html`<g class="node node-${id}">
        <rect x="${x - width / 2}" y="${y - 22}" width="${width}" height="44" rx="10" />
        <text x="${x}" y="${y - 2}">${label}</text>
        <text class="note" x="${x}" y="${y + 14}">${note}</text>
      </g>`
  )}
</svg>`

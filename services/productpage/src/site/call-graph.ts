import { callGraph, type Edge } from '@bookinfo/contracts'
import { html, type Html } from '@bookinfo/service-kit'

/** Centres of the boxes, in a picture of 360 by 332 units that can be read on a telephone. */
const nodes = [
  { id: 'productpage', label: 'productpage', note: 'this page', x: 180, y: 34, width: 130 },
  { id: 'details', label: 'details', note: 'facts', x: 58, y: 140, width: 100 },
  { id: 'reviews-v1', label: 'reviews v1', note: 'no stars', x: 232, y: 112, width: 120 },
  { id: 'reviews-v2', label: 'reviews v2', note: 'black stars', x: 232, y: 168, width: 120 },
  { id: 'reviews-v3', label: 'reviews v3', note: 'red stars', x: 232, y: 224, width: 120 },
  { id: 'ratings', label: 'ratings', note: 'stars', x: 232, y: 300, width: 100 }
]

/** The arrow from each box to a service. */
const arrows: Record<string, string> = {
  'productpage details': 'M150 57 L78 115',
  'productpage reviews': 'M196 57 L222 87',
  'productpage ratings': 'M146 57 C112 130 112 300 180 304',
  'reviews-v2 ratings': 'M172 168 C140 180 140 270 180 294',
  'reviews-v3 ratings': 'M232 247 L232 274'
}

function arrowsOf({ from, versions, to }: Edge): (string | undefined)[] {
  const boxes = versions?.map((version) => `${from}-${version}`) ?? [from]
  return boxes.map((box) => arrows[`${box} ${to}`])
}

function sentence({ from, versions, to }: Edge): string {
  return versions ? `${from} ${versions.join(' and ')} call ${to}.` : `${from} calls ${to}.`
}

/** The picture of the call graph, in SVG so that it follows the page's colours. */
export const callGraphPicture: Html = html`<svg
  class="map graph"
  viewBox="0 0 360 332"
  role="img"
  aria-labelledby="graph-name graph-text"
>
  <title id="graph-name">Call graph of Bookinfo</title>
  <desc id="graph-text">${callGraph.map(sentence).join(' ')}</desc>
  <defs>
    <marker id="arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto">
      <path class="arrow" d="M0 0 L10 5 L0 10 z" />
    </marker>
  </defs>
  <rect class="group" x="160" y="84" width="144" height="168" rx="14" />
  ${callGraph.flatMap(arrowsOf).map((path) => html`<path class="edge" d="${path}" marker-end="url(#arrow)" />`)}
  ${nodes.map(
    ({ id, label, note, x, y, width }) =>
      html`<g class="node node-${id}">
        <rect x="${x - width / 2}" y="${y - 22}" width="${width}" height="44" rx="10" />
        <text x="${x}" y="${y - 2}">${label}</text>
        <text class="note" x="${x}" y="${y + 14}">${note}</text>
      </g>`
  )}
</svg>`

import { html, type Html } from '@bookinfo/service-kit'
import type { Answers, VersionShare } from '../answers.ts'
import { showCount, showShare } from '../figures.ts'
import { LANE_BOX, laneShapes } from './answers.ts'

const WIDTH = 320
const HEAD = 24
const ROW = 34

/** The last answers of a service as a picture, for pages of other sites. Without several versions it says so. */
export function answersPicture(service: string, answers: Answers | undefined): Html {
  const { count, versions } = answers ?? { count: 0, versions: [] }
  const height = HEAD + ROW * versions.length
  return html`<svg
    xmlns="http://www.w3.org/2000/svg"
    viewBox="0 0 ${WIDTH} ${height}"
    width="${WIDTH}"
    height="${height}"
  >
    <style>
      :root {
        color-scheme: light dark;
        font:
          12px system-ui,
          sans-serif;
      }
      .card {
        fill: light-dark(#ffffff, #1c1e2a);
      }
      text {
        fill: light-dark(#1f2130, #ebe8e1);
      }
      .shares {
        text-anchor: end;
      }
      .lane rect {
        fill: light-dark(#eceafa, #282b45);
      }
      .lane .answer {
        fill: light-dark(#3a34a0, #b3b6ff);
      }
      .lane .failed {
        fill: light-dark(#b3152a, #ff8f94);
      }
    </style>
    <rect class="card" width="${WIDTH}" height="${height}" />
    <text y="14">
      ${versions.length === 0 ? `No answers of several versions of ${service} yet` : `Last ${showCount(count, 'answer')} of ${service}, oldest first`}
    </text>
    ${versions.map((share, index) => html`<g transform="translate(0 ${HEAD + ROW * index})">${lane(share, count)}</g>`)}
  </svg>`
}

function lane({ version, count: own, places, expected }: VersionShare, count: number): Html {
  const shares = [
    `${showShare(own / Math.max(1, count))} measured`,
    ...(expected === undefined ? [] : [`${showShare(expected)} expected`])
  ]
  return html`<text y="11">${version || 'no version'}</text>
    <text class="shares" x="${WIDTH}" y="11">${shares.join(', ')}</text>
    <svg class="lane" y="15" width="${WIDTH}" height="14" viewBox="${LANE_BOX}" preserveAspectRatio="none">
      ${laneShapes(places)}
    </svg>`
}

import { html, type Html } from '@bookinfo/service-kit'
import type { Answers, VersionShare } from '../answers.ts'
import { showCount, showShare } from '../figures.ts'
import { filterHref } from '../trace-filter.ts'
import { serviceName, type Palette } from './service-name.ts'

/** Of a lane, whatever its size on the page. */
export const LANE_BOX = '0 0 400 16'

/** Which version gave each of the last answers: a lane for each version, a stroke for each answer. */
export function answersView({ service, count, versions }: Answers, palette: Palette): Html {
  return html`<section class="card answers ${palette(service)}" aria-label="Versions of ${service}">
    <h2>The last ${showCount(count, 'answer')} of ${service}</h2>
    <table class="small">
      <thead>
        <tr>
          <th scope="col">Version</th>
          <th scope="col" class="wide"><span class="unseen">Answers, </span>oldest to newest</th>
          <th scope="col" class="figure">Measured</th>
          ${versions.some(({ expected }) => expected !== undefined) && html`<th scope="col" class="figure">Expected</th>`}
        </tr>
      </thead>
      <tbody>
        ${versions.map((share) => lane(service, share, { count, palette }))}
      </tbody>
    </table>
  </section>`
}

/** A lane with a stroke for each of a hundred places that this version answered. */
export function laneShapes(places: VersionShare['places']): Html {
  return html`<rect width="400" height="16" /> ${places.map(
      ({ place, failed }) =>
        html`<rect
          class="${failed ? 'failed' : 'answer'}"
          x="${place * 4}"
          y="${failed ? 0 : 3}"
          width="3"
          height="${failed ? 16 : 10}"
        />`
    )}`
}

function lane(
  service: string,
  { version, count: own, places, expected }: VersionShare,
  { count, palette }: { count: number; palette: Palette }
): Html {
  const name = serviceName(service, palette, version || 'no version')
  return html`<tr>
    <th scope="row"><a href="${filterHref({ service, version })}">${name}</a></th>
    <td class="wide">
      <svg class="lane" viewBox="${LANE_BOX}" preserveAspectRatio="none" aria-hidden="true">${laneShapes(places)}</svg>
    </td>
    <td class="figure" title="${showCount(own, 'answer')}">${showShare(own / Math.max(1, count))}</td>
    ${expected !== undefined && html`<td class="figure">${showShare(expected)}</td>`}
  </tr>`
}

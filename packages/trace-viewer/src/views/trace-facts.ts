import { html, type Html } from '@bookinfo/service-kit'
import { showCount, showDuration, showTime } from '../figures.ts'
import type { Trace } from '../trace-store.ts'
import type { TraceSummary } from '../trace-summary.ts'
import type { TreeSpan } from '../trace-tree.ts'
import { waiting } from './notices.ts'

export interface TraceFacts {
  trace: Trace
  summary: TraceSummary
  tree: readonly TreeSpan[]
  /** Calls whose server span is likely to arrive. */
  awaitedCount: number
  /** Whether missing spans are likely to arrive. */
  isWaiting: boolean
}

/** What there is to say of a trace as a whole. */
export function traceFacts(view: TraceFacts): Html {
  const { summary, tree } = view
  return html`${facts(summary, tree)} ${failures(tree)} ${oddities(view)}`
}

function facts(summary: TraceSummary, tree: readonly TreeSpan[]): Html {
  const depth = tree.reduce((deepest, place) => Math.max(deepest, place.depth + 1), 0)
  const entries = [
    ['Duration', showDuration(summary.durationUs)],
    ['Spans', `${summary.spanCount}, ${showCount(depth, 'level')} deep`],
    ['Services', String(summary.services.length)],
    ['Errors', String(summary.errorCount)],
    ['Began', `${showTime(summary.startUs)} UTC`]
  ] as const
  return html`<dl class="card facts">
    ${entries.map(
      ([name, value]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`
    )}
    <div class="wide">
      <dt>Trace id</dt>
      <dd><code>${summary.id}</code> <a href="/api/traces/${summary.id}">JSON</a></dd>
    </div>
  </dl>`
}

/** Links to the failed spans. */
function failures(tree: readonly TreeSpan[]): Html | false {
  const failed = tree.filter(({ span }) => span.status === 'error').slice(0, 20)
  if (failed.length === 0) return false
  return html`<section class="notice bad" aria-labelledby="errors-title">
    <h2 id="errors-title">${failed.length === 1 ? 'An error' : 'Errors'}</h2>
    <ul>
      ${failed.map(
        ({ span }) =>
          html`<li>
            <a href="#span-${span.spanId}">${span.resource.service}: ${span.name}</a>${
              span.statusMessage !== '' && html` – ${span.statusMessage}`
            }
          </li>`
      )}
    </ul>
  </section>`
}

function oddities({ trace: { refused }, summary: { orphanCount }, awaitedCount, isWaiting }: TraceFacts): Html | false {
  const isComplete = orphanCount === 0 && awaitedCount === 0
  if (isComplete && !isWaiting && refused === 0) return false
  return html`<div class="notice">
    ${
      orphanCount > 0 &&
      html`<p>
        ${showCount(orphanCount, 'span')} ${orphanCount === 1 ? 'names' : 'name'} a parent that is not here. It may
        still come; or whoever made it, such as a proxy, sends its spans elsewhere or not at all.
      </p>`
    }
    ${
      awaitedCount > 0 &&
      html`<p>
        ${showCount(awaitedCount, 'call')} ${awaitedCount === 1 ? 'has' : 'have'} no span of the service that answered.
        It may still come; or that service sends its spans elsewhere or not at all.
      </p>`
    }
    ${isWaiting && isComplete && html`<p>A caller gave up. The called service may still work, and its spans come later.</p>`}
    ${isWaiting && waiting}
    ${refused > 0 && html`<p>${showCount(refused, 'span')} of this trace found no room: it is too large to be kept.</p>`}
  </div>`
}

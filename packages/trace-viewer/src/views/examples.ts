import { html, type Html } from '@bookinfo/service-kit'
import { showDuration, showShare } from '../figures.ts'
import type { Figures } from '../red.ts'
import { spanHref } from '../span.ts'

/** The share of errors, which leads to the last failure. */
export function errorShare({ errorRate, failed }: Figures): Html | string {
  const share = showShare(errorRate)
  return failed ? html`<a class="mark bad" href="${spanHref(failed)}">${share}</a>` : share
}

/** The duration that 95 of 100 do not exceed, which leads to the longest. */
export function longDuration({ p95Us, slowest }: Figures): Html | string {
  const duration = showDuration(p95Us)
  return slowest ? html`<a href="${spanHref(slowest)}">${duration}</a>` : duration
}

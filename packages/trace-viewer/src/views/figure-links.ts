import { html, type Html } from '@bookinfo/service-kit'
import { showDuration, showShare } from '../figures.ts'
import type { Figures } from '../red.ts'
import { partyName, type Party } from '../service-calls.ts'
import { spanHref } from '../span.ts'

/** The share of errors, which leads to the last failure. */
export function errorShare({ errorRate, failed }: Figures): Html | string {
  const share = showShare(errorRate)
  return failed ? html`<a class="mark bad" href="${spanHref(failed)}">${share}</a>` : share
}

/** Leads to what a service logged. */
export function logsLink(party: Party): Html {
  return html`<a href="${logsHref(party)}">logs<span class="unseen"> of ${partyName(party)}</span></a>`
}

export function logsHref({ service, version }: Party): string {
  return `/logs?${new URLSearchParams({ service, ...(version !== '' && { version }) }).toString()}`
}

/** The duration that 95 of 100 do not exceed, which leads to the longest. */
export function longDuration({ p95Us, slowest }: Figures): Html | string {
  const duration = showDuration(p95Us)
  return slowest ? html`<a href="${spanHref(slowest)}">${duration}</a>` : duration
}

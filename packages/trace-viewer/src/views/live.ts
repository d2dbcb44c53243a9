import { html } from '@bookinfo/service-kit'

/** What follows by itself must be stoppable (WCAG 2.2.2). Hidden until there is a script to obey it. */
export const liveButton = html`<button id="live" class="live" type="button" aria-pressed="true" hidden>
  <span class="pulse" aria-hidden="true"></span>Live
</button>`

import { html } from '@bookinfo/service-kit'

/** What follows by itself must be stoppable (WCAG 2.2.2). Hidden until there is a script to obey it. */
export const liveButton = html`<button id="live" class="live" type="button" aria-pressed="true" hidden>
  <span class="pulse" aria-hidden="true"></span>Live
</button>`

/**
 * For a page that something belongs to which is still on its way: the script looks again until a page without this comes,
 * and shows that. Hidden until there is a script to do so.
 */
export const waiting = html`<p class="waiting" data-wait role="status" hidden>
  <span class="pulse" aria-hidden="true"></span>Looking for it again every second.
</p>`

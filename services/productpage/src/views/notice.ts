import { html, type Html } from '@bookinfo/service-kit'

/** A failure, said calmly where the missing part would be. */
export function notice(title: string, text: string): Html {
  return html`<div class="notice" role="status">
    <h3>${title}</h3>
    <p>${text}</p>
  </div>`
}

import { html, type Html } from '@bookinfo/service-kit'

/** Different colours of avatars; the stylesheet has them. */
const AVATARS = 5

/** A round picture of a person: the first letter of the name and its last digit, in a colour of the name's own. */
export function avatar(name: string): Html {
  const sum = Array.from(name).reduce((total, letter) => total + (letter.codePointAt(0) ?? 0), 0)
  const [first = '', digit = ''] = [Array.from(name)[0]?.toUpperCase(), /[0-9]$/.exec(name)?.[0]]
  return html`<span class="avatar avatar-${sum % AVATARS}" aria-hidden="true">${first}${digit}</span>`
}

/** The notice of a failure, in the place of the missing part. With the focus, the browser scrolls to it. */
export function notice(title: string, text: string, focus = false): Html {
  return html`<div class="notice" role="status" ${focus && html`tabindex="-1" autofocus`}>
    <h3>${title}</h3>
    <p>${text}</p>
  </div>`
}

/** A picture of the trace viewer, whose map has the same in figures. */
export function answersPicture(url: string): Html {
  return html`<a class="answers" href="${new URL('map', url).href}"
    ><img src="${url}" alt="Map of calls, with the last answers of reviews by version" width="320" height="126"
  /></a>`
}

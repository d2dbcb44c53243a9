import { html, type Html } from '@bookinfo/service-kit'

/** Different colours of avatars; the stylesheet has them. */
const AVATARS = 5

/** A round picture of a person: the first letter of the name and its last digit, in a colour of the name's own. */
export function avatar(name: string): Html {
  const sum = Array.from(name).reduce((total, letter) => total + (letter.codePointAt(0) ?? 0), 0)
  const [first = '', digit = ''] = [Array.from(name)[0]?.toUpperCase(), /[0-9]$/.exec(name)?.[0]]
  return html`<span class="avatar avatar-${sum % AVATARS}" aria-hidden="true">${first}${digit}</span>`
}

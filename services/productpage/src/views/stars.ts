import type { Rating } from '@bookinfo/contracts'
import { html, trusted, type Html } from '@bookinfo/service-kit'

export const MAX_STARS = 5
export const star = trusted('<path d="M10 1.6l2.6 5.3 5.8.8-4.2 4.1 1 5.8-5.2-2.7-5.2 2.7 1-5.8L1.6 7.7l5.8-.8z"/>')

/** Colours that the stylesheet adapts to light and dark; any other is taken by its name. */
const adaptedColors = ['black', 'red']

/**
 * A review's stars, none for 0 as in the original, or why there are none. Istio's tests look for the words
 * `glyphicon glyphicon-star`, which stand in the page only with stars.
 */
export function stars(rating: Rating): Html {
  if ('error' in rating) return html`<p class="rating-error">${rating.error}</p>`
  if (rating.stars === 0) return html``
  const color = rating.color.toLowerCase()
  const fill = !adaptedColors.includes(color) && html`fill="${color}"`
  const given = html`<svg class="glyphicon glyphicon-star" viewBox="0 0 20 20" ${fill} aria-hidden="true">${star}</svg>`
  const missing = html`<svg class="no-star" viewBox="0 0 20 20" aria-hidden="true">${star}</svg>`
  return html`<p class="stars stars-${color}" role="img" aria-label="${rating.stars} of ${MAX_STARS} stars, ${color}">
    ${repeat(given, rating.stars)}${repeat(missing, MAX_STARS - rating.stars)}
  </p>`
}

function repeat(piece: Html, times: number): Html[] {
  return Array.from({ length: times }, () => piece)
}

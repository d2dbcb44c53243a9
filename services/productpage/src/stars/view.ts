import type { Rating } from '@bookinfo/contracts'
import { html, trusted, type Html } from '@bookinfo/service-kit'
import { notice } from '../site/parts.ts'
import type { UnstoredStars } from '../product/page.ts'
import type { ReaderStars } from './reader-stars.ts'

const MAX_STARS = 5
const star = trusted('<path d="M10 1.6l2.6 5.3 5.8.8-4.2 4.1 1 5.8-5.2-2.7-5.2 2.7 1-5.8L1.6 7.7l5.8-.8z"/>')

/** The stylesheet adapts these colours to light and dark pages. Any other colour is used by its name. */
const adaptedColors = ['black', 'red']

/**
 * A review's stars, or the error in their place. For 0 stars there is nothing, as in the original. Istio's tests search the page
 * for `glyphicon glyphicon-star`, so these words may appear with stars only.
 */
export function ratingStars(rating: Rating): Html {
  if ('error' in rating) return html`<p class="mark odd">${rating.error}</p>`
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

export interface StarsForm {
  /** The address that the form is sent to. */
  action: string
  token: string
  /** Undefined if ratings fail. */
  stars: ReaderStars | undefined
  unstored: UnstoredStars | undefined
}

/** The form for the reader's own stars: radio buttons that look like stars, filled up to the chosen one. */
export function starsForm({ action, token, stars, unstored }: StarsForm): Html {
  const chosen = unstored?.stars ?? stars?.own
  return html`<section class="card" id="your-stars" aria-labelledby="your-stars-title">
    <h2 id="your-stars-title">Your Stars</h2>
    ${unstored !== undefined && notice('Your stars could not be stored', unstored.reason, true)}
    ${stars && html`<p>${ownWords(stars)} ${allWords(stars)}</p>`}
    <form class="give" method="post" action="${action}">
      <input type="hidden" name="token" value="${token}" />
      <fieldset>
        <legend>How many stars do you give this book?</legend>
        ${Array.from({ length: MAX_STARS }, (_, index) => choice(index + 1, chosen))}
      </fieldset>
      <button class="button" type="submit">${stars?.own === undefined ? 'Give stars' : 'Change stars'}</button>
    </form>
  </section>`
}

function choice(value: number, chosen: number | undefined): Html {
  return html`<label>
    <input type="radio" name="stars" value="${value}" required ${value === chosen && html`checked`} />
    <svg viewBox="0 0 20 20" aria-hidden="true">${star}</svg>
    <span class="unseen">${inWords(value)}</span>
  </label>`
}

function ownWords({ own }: ReaderStars): string {
  return own === undefined ? 'You have given no stars yet.' : `You gave ${inWords(own)}.`
}

function allWords({ readers, average }: ReaderStars): string {
  if (readers === 0) return 'Nobody has given any.'
  return `On average it has ${average.toFixed(1)} of ${MAX_STARS}, from ${readers} ${readers === 1 ? 'reader' : 'readers'}.`
}

function inWords(stars: number): string {
  return stars === 1 ? '1 star' : `${stars} stars`
}

import type { GivenStars } from '@bookinfo/contracts'
import { html, type Html } from '@bookinfo/service-kit'
import type { ReaderStars } from '../reader-stars.ts'
import { notice } from './notice.ts'
import { MAX_STARS, star } from './stars.ts'

export interface StarsForm {
  /** Where the form goes. */
  action: string
  token: string
  /** Undefined where ratings cannot be had. */
  stars: ReaderStars | undefined
  /** Stars that could not be stored just now. */
  unstored: GivenStars | undefined
}

/** The reader's own stars: radio buttons that look like stars, filled up to the one that is chosen. */
export function starsForm({ action, token, stars, unstored }: StarsForm): Html {
  const chosen = unstored ?? stars?.own
  return html`<section class="card" id="your-stars" aria-labelledby="your-stars-title">
    <h2 id="your-stars-title">Your Stars</h2>
    ${
      unstored !== undefined &&
      notice('Your stars could not be stored', 'They are still chosen below: please try again in a moment.')
    }
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

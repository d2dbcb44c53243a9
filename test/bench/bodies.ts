import { originalBook } from '@bookinfo/contracts/testing'

/** The bodies of the suites that Bookinfo is compared with. They have about the size of Bookinfo's own. */

export const ratingsBody = JSON.stringify({ id: 0, ratings: { Reviewer1: 5, Reviewer2: 4 } })

export const detailsBody = JSON.stringify(originalBook)

const texts = {
  Reviewer1: 'An extremely entertaining play by Shakespeare. The slapstick humour is refreshing!',
  Reviewer2:
    'Absolutely fun and entertaining. The play lacks thematic depth when compared to other plays by Shakespeare.'
}

export function reviewsBody(ratings: string): string {
  const { ratings: stars } = JSON.parse(ratings)
  return JSON.stringify({
    id: '0',
    podname: 'null',
    clustername: 'null',
    reviews: Object.entries(texts).map(([reviewer, text]) => ({
      reviewer,
      text,
      rating: { stars: stars[reviewer], color: 'black' }
    }))
  })
}

/** Bytes of markup around the facts, as many as in Bookinfo's page. */
const markup = `<p>${'x'.repeat(9_000)}</p>`

export function pageBody(details: string, reviews: string): string {
  const facts = Object.entries(JSON.parse(details)).map(([name, value]) => `<dt>${name}</dt><dd>${String(value)}</dd>`)
  const quotes = JSON.parse(reviews).reviews.map(
    (review: { reviewer: string; text: string; rating: { stars: number } }) =>
      `<li>${review.rating.stars} stars: ${review.text} ${review.reviewer}</li>`
  )
  return `<!doctype html><title>Simple Bookstore App</title><dl>${facts.join('')}</dl><ul>${quotes.join('')}</ul>${markup}`
}

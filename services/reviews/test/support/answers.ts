import { json, type TestResponse } from '@bookinfo/service-kit/testing'
import type { ReviewsVersion } from './index.ts'

export const texts = {
  Reviewer1: 'An extremely entertaining play by Shakespeare. The slapstick humour is refreshing!',
  Reviewer2:
    'Absolutely fun and entertaining. The play lacks thematic depth when compared to other plays by Shakespeare.'
}
export const noRating = { error: 'Ratings service is currently unavailable' }

/** The answer of a version for a product, with or without a rating for each of the two reviews. */
export function reviews(
  version: ReviewsVersion,
  id: string,
  ratings?: [unknown, unknown],
  clustername = 'null'
): TestResponse {
  const review = (reviewer: keyof typeof texts, index: 0 | 1) => ({
    reviewer,
    text: texts[reviewer],
    ...(ratings && { rating: ratings[index] })
  })
  const podname = `reviews-${version}-pod`
  return json(200, { id, podname, clustername, reviews: [review('Reviewer1', 0), review('Reviewer2', 1)] })
}

export const stars = (first: number, second: number, color = 'black'): [unknown, unknown] => [
  { stars: first, color },
  { stars: second, color }
]

import type { GivenRatings, ProductId, Rating, Reviews } from '@bookinfo/contracts'

/** The same two reviews for every product, as in the original. */
const reviews = [
  {
    reviewer: 'Reviewer1',
    text: 'An extremely entertaining play by Shakespeare. The slapstick humour is refreshing!'
  },
  {
    reviewer: 'Reviewer2',
    text: 'Absolutely fun and entertaining. The play lacks thematic depth when compared to other plays by Shakespeare.'
  }
]

const noRating: Rating = { error: 'Ratings service is currently unavailable' }

/** The source of the reviews, which the page shows and lessons search for. */
export interface Origin {
  podname: string
  clustername: string
}

/** Reviews without stars: v1. */
export function plainReviews(id: ProductId, origin: Origin): Reviews {
  return { id: String(id), ...origin, reviews }
}

/**
 * Reviews with stars: v2 and v3.
 *
 * @param ratings undefined if the call failed; a reviewer may be missing in them, too
 */
export function ratedReviews(id: ProductId, origin: Origin, color: string, ratings: GivenRatings | undefined): Reviews {
  const rated = reviews.map((review) => {
    const stars = ratings?.[review.reviewer]
    return { ...review, rating: stars === undefined ? noRating : { stars, color } }
  })
  return { id: String(id), ...origin, reviews: rated }
}

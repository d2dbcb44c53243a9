/** The answer of reviews v2 with the ratings of `ratings.ts`. */
export const reviews = [
  {
    reviewer: 'Reviewer1',
    text: 'An extremely entertaining play by Shakespeare. The slapstick humour is refreshing!'
  },
  {
    reviewer: 'Reviewer2',
    text: 'Absolutely fun and entertaining. The play lacks thematic depth when compared to other plays by Shakespeare.'
  }
]

/** @param stars by reviewer */
export function reviewsBody(id: string, stars: Record<string, number>): string {
  return JSON.stringify({
    id,
    podname: 'null',
    clustername: 'null',
    reviews: reviews.map((review) => ({ ...review, rating: { stars: stars[review.reviewer], color: 'black' } }))
  })
}

import { expect, test } from 'vitest'
import { plainReviews, ratedReviews } from '../src/reviews.ts'

const origin = { podname: 'pod', clustername: 'null' }
const noRating = { error: 'Ratings service is currently unavailable' }
const ratingsIn = (ratings: Record<string, number> | undefined) =>
  ratedReviews(7, origin, 'red', ratings).reviews.map(({ rating }) => rating)

test('plain reviews have no ratings, not even empty ones', () => {
  expect(plainReviews(7, origin)).toMatchObject({ id: '7', podname: 'pod', clustername: 'null' })
  for (const review of plainReviews(7, origin).reviews) expect(Object.keys(review)).toEqual(['reviewer', 'text'])
})

test('each review has the stars of its reviewer', () => {
  expect(ratingsIn({ Reviewer2: 2, Reviewer1: 1 })).toEqual([
    { stars: 1, color: 'red' },
    { stars: 2, color: 'red' }
  ])
})

test('no stars are stars too', () => {
  expect(ratingsIn({ Reviewer1: 0, Reviewer2: 0 })).toEqual([
    { stars: 0, color: 'red' },
    { stars: 0, color: 'red' }
  ])
})

test('a reviewer without stars is told apart from ratings that are down only by the others', () => {
  expect(ratingsIn({ Reviewer2: 2 })).toEqual([noRating, { stars: 2, color: 'red' }])
  expect(ratingsIn(undefined)).toEqual([noRating, noRating])
})

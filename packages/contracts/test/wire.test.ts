import { describe, expect, test } from 'vitest'
import type { TSchema } from 'typebox'
import { Check } from 'typebox/value'
import { BookDetails, GivenRatings, Products, Ratings, Reviews } from '../src/contracts.ts'
import { originalBook } from './support/index.ts'

const book = originalBook
const review = { reviewer: 'Reviewer1', text: 'Good.' }
const reviews = { id: '0', podname: 'null', clustername: 'null', reviews: [review] }
const reviewers = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`r${i}`, 5]))
const rated = (rating: unknown) => ({ ...reviews, reviews: [{ ...review, rating }] })
const { author: _, ...bookWithoutAuthor } = book

const cases: [what: string, schema: TSchema, value: unknown, good: boolean][] = [
  ['the book of the original', BookDetails, book, true],
  [
    'a book of details v2: a date for a year, and gaps',
    BookDetails,
    { ...book, year: '2001-05-03', pages: null },
    true
  ],
  ['a book with more fields', BookDetails, { ...book, price: 1 }, true],
  ['a book without an author', BookDetails, bookWithoutAuthor, false],
  ['a book with an id in text', BookDetails, { ...book, id: '0' }, false],
  ['ratings instead of a book', BookDetails, { id: 0, ratings: {} }, false],

  ['two given ratings', GivenRatings, { Reviewer1: 1, Reviewer2: 5 }, true],
  ['no given ratings', GivenRatings, {}, true],
  ['a hundred reviewers', GivenRatings, reviewers(100), true],
  ['a hundred and one reviewers', GivenRatings, reviewers(101), false],
  ['no stars given', GivenRatings, { Reviewer1: 0 }, false],
  ['six stars given', GivenRatings, { Reviewer1: 6 }, false],
  ['half a star given', GivenRatings, { Reviewer1: 2.5 }, false],
  ['stars in text given', GivenRatings, { Reviewer1: '5' }, false],
  ['null given', GivenRatings, { Reviewer1: null }, false],
  ['an array given', GivenRatings, [1, 2], false],
  ['nothing given', GivenRatings, undefined, false],

  ['ratings of a product', Ratings, { id: 7, ratings: { Reviewer1: 5 } }, true],
  ['a database without a row', Ratings, { id: 7, ratings: { Reviewer1: 0 } }, true],
  ['more stars than Java can count', Ratings, { id: 7, ratings: { Reviewer1: 99_999_999_999 } }, false],
  ['ratings that are null', Ratings, { id: 7, ratings: null }, false],
  ['ratings without an id', Ratings, { ratings: {} }, false],

  ['reviews without stars', Reviews, reviews, true],
  ['reviews with stars', Reviews, rated({ stars: 5, color: 'red' }), true],
  ['reviews without ratings', Reviews, rated({ error: 'Ratings service is currently unavailable' }), true],
  ['reviews without a cluster', Reviews, { id: '0', podname: 'p', reviews: [] }, true],
  ['reviews with a numeric id', Reviews, { ...reviews, id: 0 }, false],
  ['reviews that are null', Reviews, { ...reviews, reviews: null }, false],
  ['a giant number of stars', Reviews, rated({ stars: 1_215_752_191, color: 'red' }), false],
  ['stars in text', Reviews, rated({ stars: '4', color: 'red' }), false],
  ['a colour that is not a word', Reviews, rated({ stars: 4, color: 'red"><script>' }), false],
  ['a hundred and one reviews', Reviews, { ...reviews, reviews: Array.from({ length: 101 }, () => review) }, false],
  ['a review longer than a page', Reviews, { ...reviews, reviews: [{ ...review, text: 'x'.repeat(5001) }] }, false],

  ['products', Products, [{ id: 0, title: 'The Comedy of Errors', descriptionHtml: '<b>x</b>' }], true],
  ['one product without the list', Products, { id: 0, title: 't', descriptionHtml: '' }, false]
]

describe('on the wire', () => {
  test.each(cases)('%s', (_what, schema, value, good) => {
    expect(Check(schema, value)).toBe(good)
  })
})

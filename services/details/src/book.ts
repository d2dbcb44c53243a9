import type { BookDetails, ProductId } from '@bookinfo/contracts'

/** The same book for every id, as in the original. */
const book = {
  author: 'William Shakespeare',
  year: 1595,
  type: 'paperback',
  pages: 200,
  publisher: 'PublisherA',
  language: 'English',
  'ISBN-10': '1234567890',
  'ISBN-13': '123-1234567890'
}

export function bookDetails(id: ProductId): BookDetails {
  return { id, ...book }
}

import type { BookDetails } from '@bookinfo/contracts'
import type { FastifyBaseLogger, ForwardHeaders } from '@bookinfo/service-kit'

/** Facts about a book. As in the original, they are the same for every product. */
export type Book = Omit<BookDetails, 'id'>

/** The request that asks for a book. */
export interface Caller {
  headers: ForwardHeaders
  log: FastifyBaseLogger
}

/** @throws coded errors with the status of the answer */
export type AskForBook = (caller: Caller) => Promise<Book>

/** The book that details v1 knows. */
export const knownBook: Book = {
  author: 'William Shakespeare',
  year: 1595,
  type: 'paperback',
  pages: 200,
  publisher: 'PublisherA',
  language: 'English',
  'ISBN-10': '1234567890',
  'ISBN-13': '123-1234567890'
}

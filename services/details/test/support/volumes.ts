/** An answer of Google Books, as a recording of the original had it: the book is invented. */
export const volumeInfo = {
  title: 'The Comedy of Errors',
  authors: ['Synthetic Author', 'Another Author'],
  publisher: 'Synthetic Pub',
  publishedDate: '2001-05-03',
  industryIdentifiers: [
    { type: 'ISBN_13', identifier: '9780486424613' },
    { type: 'ISBN_10', identifier: '0486424618' }
  ],
  pageCount: 64,
  printType: 'BOOK',
  language: 'en'
}

export function volumes(changes: Record<string, unknown> = {}) {
  return { kind: 'books#volumes', totalItems: 1, items: [{ volumeInfo: { ...volumeInfo, ...changes } }] }
}

/** What details make of it. */
export const externalBook = {
  author: 'Synthetic Author',
  year: '2001-05-03',
  type: 'paperback',
  pages: 64,
  publisher: 'Synthetic Pub',
  language: 'English',
  'ISBN-10': '0486424618',
  'ISBN-13': '9780486424613'
}

import { Type, type Static } from 'typebox'
import type { Book } from './book.ts'

const Text = Type.String({ maxLength: 500 })

const VolumeInfo = Type.Object({
  authors: Type.Optional(Type.Array(Text, { maxItems: 100 })),
  publishedDate: Type.Optional(Text),
  printType: Type.Optional(Text),
  pageCount: Type.Optional(Type.Integer({ minimum: 0 })),
  publisher: Type.Optional(Text),
  language: Type.Optional(Text),
  industryIdentifiers: Type.Optional(Type.Array(Type.Object({ type: Text, identifier: Text }), { maxItems: 100 }))
})
type VolumeInfo = Static<typeof VolumeInfo>

/** The part of an answer of Google Books that details reads: https://developers.google.com/books/docs/v1/reference/volumes/list */
export const Volumes = Type.Object({
  items: Type.Array(Type.Object({ volumeInfo: VolumeInfo }), { minItems: 1, maxItems: 100 })
})
export type Volumes = Static<typeof Volumes>

/**
 * Makes the answer of the original from the first book.
 *
 * @returns undefined if an author or an ISBN is missing; the original failed then, too
 */
export function firstBook({ items }: Volumes): Book | undefined {
  const volume = items[0]?.volumeInfo ?? {}
  const author = volume.authors?.[0]
  const isbn10 = identifier(volume, 'ISBN_10')
  const isbn13 = identifier(volume, 'ISBN_13')
  if (author === undefined || isbn10 === undefined || isbn13 === undefined) return undefined
  return {
    author,
    year: volume.publishedDate ?? null,
    type: volume.printType === 'BOOK' ? 'paperback' : 'unknown',
    pages: volume.pageCount ?? null,
    publisher: volume.publisher ?? null,
    language: volume.language === 'en' ? 'English' : 'unknown',
    'ISBN-10': isbn10,
    'ISBN-13': isbn13
  }
}

function identifier({ industryIdentifiers = [] }: VolumeInfo, type: 'ISBN_10' | 'ISBN_13'): string | undefined {
  return industryIdentifiers.find((entry) => entry.type === type)?.identifier
}

import { Type, type Static } from 'typebox'

/** A number from details v1, text or null where an external book service says it so (details v2). */
const Countable = Type.Union([Type.Number(), Type.String(), Type.Null()])
const Text = Type.Union([Type.String(), Type.Null()])

export const BookDetails = Type.Object({
  id: Type.Integer(),
  author: Text,
  year: Countable,
  type: Text,
  pages: Countable,
  publisher: Text,
  language: Text,
  'ISBN-10': Text,
  'ISBN-13': Text
})
export type BookDetails = Static<typeof BookDetails>

import { Type, type Static } from 'typebox'

/**
 * A number from details v1, text or null where an external book service says it so (details v2). A list of types, and not a
 * union: for a union the serialiser compiles a validator with the first answer, which took three quarters of its time.
 */
const Countable = Type.Unsafe<number | string | null>({ type: ['number', 'string', 'null'] })
const Text = Type.Unsafe<string | null>({ type: ['string', 'null'] })

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

import { Ratings } from '@bookinfo/contracts'
import { Type, type Static } from 'typebox'

/**
 * What a store answers: the contract's, but for a reviewer for whom the original's table holds NULL. That is passed on as
 * `null`, as the original does, and those who ask take the answer for none. (Of a union of types the serializer would try
 * each; so they are one type, in the words of JSON Schema.)
 */
export const StoredRatings = Type.Object({
  ...Ratings.properties,
  ratings: Type.Record(Type.String(), Type.Unsafe<number | null>({ type: ['integer', 'null'] }))
})
export type StoredRatings = Static<typeof StoredRatings>

import type { GivenRatings } from '@bookinfo/contracts'
import { createError } from '@bookinfo/service-kit'
import type { IncomingHttpHeaders } from 'node:http'
import { Type } from 'typebox'

export const BadKeep = createError(
  'BOOKINFO_BAD_KEEP',
  'keep may only be others, with the header end-user and stars of that reviewer',
  400
)

/**
 * One reader's stars, given in a way that the original takes too: it replaces all stars of a product, so it gets all, and it reads
 * no query. `keep=others` says that only those of `end-user` are meant, should the others come along. They were read a moment
 * ago, and perhaps not here.
 */
export const KeepQuery = Type.Object({
  keep: Type.Optional(
    Type.Enum(['others'], {
      description: 'Stores the stars of the reviewer in the header `end-user`, and leaves all others as they are'
    })
  )
})

/** @throws BadKeep if nobody is named, or has no stars in it */
export function starsOfEndUser(given: GivenRatings, headers: IncomingHttpHeaders): GivenRatings {
  // Names travel as UTF-8, and Node reads headers byte by byte.
  const reviewer = Buffer.from(String(headers['end-user'] ?? ''), 'latin1').toString()
  const stars = Object.hasOwn(given, reviewer) ? given[reviewer] : undefined
  if (!('end-user' in headers) || stars === undefined) throw new BadKeep()
  return { [reviewer]: stars }
}

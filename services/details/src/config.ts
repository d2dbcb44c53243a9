import { addressForm, commonSettings, isAddressOrUnset, proxySettings } from '@bookinfo/service-kit'
import { Type, type Static } from 'typebox'

export const DetailsConfig = Type.Object({
  ...commonSettings,
  ENABLE_EXTERNAL_BOOK_SERVICE: Type.Boolean({
    default: false,
    description: 'Whether to ask an external book service, Google Books, instead of knowing one book: details v2.'
  }),
  DO_NOT_ENCRYPT: Type.Boolean({
    default: false,
    description: 'Asks Google Books by plain HTTP: for a mesh that adds TLS on the way out.'
  }),
  BOOK_SERVICE_URL: Type.Refine(
    Type.String({
      default: '',
      pattern: `^(https?://${addressForm}(/[^\\s?#]*)?)?$`,
      allowed: 'an http:// or https:// address without user, query and fragment',
      description:
        'Another address to ask, with the path of its volumes, for example `https://books.example/books/v1/volumes`. ' +
        'DO_NOT_ENCRYPT has no say then.'
    }),
    isAddressOrUnset
  ),
  BOOK_SERVICE_TRACE_CONTEXT: Type.Boolean({
    default: false,
    description: 'Whether trace context goes out to the book service too. No other header of a request ever does.'
  }),
  ...proxySettings,
  BOOK_FRESH_SECONDS: Type.Integer({
    default: 60,
    minimum: 0,
    maximum: 86_400,
    description: 'Seconds for which the book service is not asked again; 0 asks it every time.'
  }),
  BOOK_STALE_SECONDS: Type.Integer({
    default: 600,
    minimum: 0,
    maximum: 86_400,
    description: 'Seconds after that in which its last good answer still stands in for a failure.'
  })
})
export type DetailsConfig = Static<typeof DetailsConfig>

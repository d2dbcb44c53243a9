import { addressForm, commonSettings, isAddressOrUnset, proxySettings } from '@bookinfo/service-kit'
import { Type, type Static } from 'typebox'

export const DetailsConfig = Type.Object({
  ...commonSettings,
  ENABLE_EXTERNAL_BOOK_SERVICE: Type.Boolean({
    default: false,
    description: 'Whether the facts come from an external book service, Google Books: details v2.'
  }),
  DO_NOT_ENCRYPT: Type.Boolean({
    default: false,
    description: 'Calls Google Books by plain HTTP, for a mesh that adds TLS on the way out.'
  }),
  BOOK_SERVICE_URL: Type.Refine(
    Type.String({
      default: '',
      pattern: `^(https?://${addressForm}(/[^\\s?#]*)?)?$`,
      allowed: 'an http:// or https:// address without user, query and fragment',
      description:
        'Address of another book service, with the path of its volumes, for example `https://books.example/books/v1/volumes`. ' +
        'DO_NOT_ENCRYPT does not apply to it.'
    }),
    isAddressOrUnset
  ),
  BOOK_SERVICE_API_KEY: Type.String({
    default: '',
    pattern: '^[!-~]*$',
    maxLength: 200,
    secret: true,
    allowed: 'a key of up to 200 visible ASCII characters',
    description:
      'Key for the book service, sent in the header `x-goog-api-key`. Without a key Google Books often answers 429.'
  }),
  BOOK_SERVICE_TRACE_CONTEXT: Type.Boolean({
    default: false,
    description: 'Whether the book service gets the trace context. It never gets another header of a request.'
  }),
  ...proxySettings,
  BOOK_FRESH_SECONDS: Type.Integer({
    default: 60,
    minimum: 0,
    maximum: 86_400,
    description: 'Seconds for which an answer of the book service is used again; 0 calls it for every request.'
  }),
  BOOK_STALE_SECONDS: Type.Integer({
    default: 600,
    minimum: 0,
    maximum: 86_400,
    description: 'Seconds after that in which its last good answer replaces a failure.'
  })
})
export type DetailsConfig = Static<typeof DetailsConfig>

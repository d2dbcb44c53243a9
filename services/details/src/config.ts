import { commonSettings } from '@bookinfo/service-kit'
import { Type, type Static } from 'typebox'

export const DetailsConfig = Type.Object({
  ...commonSettings,
  ENABLE_EXTERNAL_BOOK_SERVICE: Type.Enum(['false'], {
    default: 'false',
    allowed: 'false: this version of details has no external book service',
    description: 'Whether to ask an external book service. Only `false` in this version.'
  })
})
export type DetailsConfig = Static<typeof DetailsConfig>

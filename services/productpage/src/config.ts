import {
  commonSettings,
  connectionsSetting,
  domainSetting,
  hostnameSetting,
  isAddressOrUnset,
  portSetting
} from '@bookinfo/service-kit'
import { Type, type Static } from 'typebox'

export const ProductpageConfig = Type.Object({
  ...commonSettings,
  DETAILS_HOSTNAME: hostnameSetting('details'),
  DETAILS_SERVICE_PORT: portSetting('details'),
  REVIEWS_HOSTNAME: hostnameSetting('reviews'),
  REVIEWS_SERVICE_PORT: portSetting('reviews'),
  RATINGS_HOSTNAME: hostnameSetting('ratings'),
  RATINGS_SERVICE_PORT: portSetting('ratings'),
  SERVICES_DOMAIN: domainSetting,
  UPSTREAM_CONNECTIONS: connectionsSetting,
  FLOOD_FACTOR: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 1000,
    description: 'Extra calls to reviews before each page, to put load on it.'
  }),
  TRACE_UI_URL: Type.Refine(
    Type.String({
      default: '',
      pattern: '^(https?://[^\\s"<>]+[^/\\s"<>])?$',
      allowed: 'an http:// or https:// address without a slash at its end',
      description:
        'Where people look at traces, for example `http://localhost:16686`; the page links to its own trace there.'
    }),
    isAddressOrUnset
  ),
  SESSION_SECRET: Type.String({
    default: '',
    pattern: '^(.{16,})?$',
    secret: true,
    allowed: 'text of 16 or more characters',
    description: 'Signs the session cookie; give all replicas the same. Random at each start if unset.'
  })
})
export type ProductpageConfig = Static<typeof ProductpageConfig>

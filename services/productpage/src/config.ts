import {
  commonSettings,
  connectionsSetting,
  domainSetting,
  hostnameSetting,
  isAddressOrUnset,
  portSetting
} from '@bookinfo/service-kit'
import { Type, type Static } from 'typebox'

const FRAME_SOURCE = '(self|none|[*]|https?://([*][.])?[A-Za-z0-9.-]+(:([0-9]{1,5}|[*]))?)'

/** The elements of `PUBLIC_ORIGIN`. */
export function originsIn(text: string): string[] {
  return text.split(',').flatMap((origin) => origin.trim() || [])
}

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
  ANSWERS_URL: Type.Refine(
    Type.String({
      default: '',
      pattern: '^(https?://[^\\s"<>]+)?$',
      allowed: 'an http:// or https:// address',
      description:
        'Picture of the last answers of reviews, which `npm start` has; the page links it to `map` beside it.'
    }),
    isAddressOrUnset
  ),
  PUBLIC_ORIGIN: Type.Refine(
    Type.String({
      default: '',
      pattern: '^(https?://[^\\s/,?#@]+(, *https?://[^\\s/,?#@]+)*)?$',
      allowed: 'one or more origins with commas between them, such as https://shop.example',
      description:
        'Origin of the site in browsers, for example `https://shop.example`, if a gateway changes `Host`; several with commas ' +
        'between them. Without it the origin is that of `Host`.'
    }),
    (text) => originsIn(text).every((origin) => URL.canParse(origin))
  ),
  FRAME_ANCESTORS: Type.String({
    default: 'self',
    pattern: `^${FRAME_SOURCE}([ ,]+${FRAME_SOURCE})*$`,
    allowed: 'self, none, * or origins such as https://training.example or https://*.training.example',
    description: 'Sites that may show the pages in a frame: `self`, `none`, `*`, or origins with commas between them.'
  }),
  SESSION_SECRET: Type.String({
    default: '',
    pattern: '^(.{16,})?$',
    secret: true,
    allowed: 'text of 16 or more characters',
    description: 'Signs the session cookie; give all replicas the same. Random at each start if unset.'
  })
})
export type ProductpageConfig = Static<typeof ProductpageConfig>

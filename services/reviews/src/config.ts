import { commonSettings, connectionsSetting, domainSetting, hostnameSetting, portSetting } from '@bookinfo/service-kit'
import { Type, type Static } from 'typebox'

export const ReviewsConfig = Type.Object({
  ...commonSettings,
  ENABLE_RATINGS: Type.Boolean({
    default: false,
    description: 'Whether to ask ratings for stars: `false` in v1, `true` in v2 and v3.'
  }),
  STAR_COLOR: Type.String({
    default: 'black',
    pattern: '^[a-zA-Z]{1,20}$',
    allowed: 'the name of a colour, in letters',
    description:
      'Colour of the stars. It also sets how long to wait for ratings: 10 s for `black`, 2.5 s for any other.'
  }),
  CLUSTER_NAME: Type.String({ default: '', maxLength: 253, description: 'Name of the cluster, shown on the page.' }),
  RATINGS_HOSTNAME: hostnameSetting('ratings'),
  RATINGS_SERVICE_PORT: portSetting('ratings'),
  SERVICES_DOMAIN: domainSetting,
  UPSTREAM_CONNECTIONS: connectionsSetting
})
export type ReviewsConfig = Static<typeof ReviewsConfig>

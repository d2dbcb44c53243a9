import { kubectl } from '../support/kubectl.ts'
import { until } from '../support/poll.ts'
import { seeMirror, seeOnly, seeShare, seeTimeout, type See } from '../support/see.ts'
import { pageByTls } from '../support/tls.ts'

/** Lessons of overlays/gateway-api, and what their heads say under "See". */
export const gatewayApiLessons: Record<string, See> = {
  'routing/all-v1.gateway-api.yaml': (reader) => seeOnly(reader, 'no stars'),
  'routing/reviews-test-v2.gateway-api.yaml': async (reader) => {
    await seeOnly(reader, 'no stars')
    await seeOnly(await reader.signIn('jason'), 'black')
    await seeOnly(await reader.signIn('ann'), 'no stars')
  },

  'shifting/reviews-v1.gateway-api.yaml': (reader) => seeOnly(reader, 'no stars'),
  'shifting/reviews-90-10.gateway-api.yaml': (reader) => seeShare(reader, ['no stars', 'black'], 0.1),
  'shifting/reviews-80-20.gateway-api.yaml': (reader) => seeShare(reader, ['no stars', 'black'], 0.2),
  'shifting/reviews-50-v3.gateway-api.yaml': (reader) => seeShare(reader, ['no stars', 'red'], 0.5),
  'shifting/reviews-v2-v3.gateway-api.yaml': (reader) => seeShare(reader, ['black', 'red'], 0.5),
  'shifting/reviews-v3.gateway-api.yaml': (reader) => seeOnly(reader, 'red'),

  'faults/request-timeout.gateway-api.yaml': async (reader) => {
    await seeOnly(reader, 'black')
    const image = 'ratings=examples-bookinfo-ratings-v-delayed:0.1.0'
    await kubectl(['-n', 'bookinfo', 'set', 'image', 'deployment/ratings-v1', image])
    await seeTimeout(reader)
  },

  'mirroring/reviews-v3.gateway-api.yaml': seeMirror,

  'gateway/tls.gateway-api.yaml': async (_, certificate) => {
    await until(() => pageByTls(certificate, 'gateway-api')).toContain('The Comedy of Errors')
  }
}

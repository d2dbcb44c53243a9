import { commonSettings } from '@bookinfo/service-kit'
import { Type, type Static } from 'typebox'
import { databaseSettings } from './database/settings.ts'

export const RatingsConfig = Type.Object({
  ...commonSettings,
  SERVICE_VERSION: Type.Enum(['v1', 'v2', 'v-faulty', 'v-delayed', 'v-unavailable', 'v-unhealthy'], {
    default: 'v1',
    description:
      '`v1` always answers, from memory; `v2` from a database. `v-faulty` refuses half of all reads, `v-delayed` delays half ' +
      'of them by 7 s, `v-unavailable` refuses all in every second minute, `v-unhealthy` for every second 15 minutes and ' +
      'says so in its health.'
  }),
  FAULT_SEED: Type.Integer({
    default: -1,
    minimum: -1,
    maximum: 4_294_967_295,
    description:
      'Seed of the chance in `v-faulty` and `v-delayed`, so that a run can be repeated; -1 takes true chance.'
  }),
  ...databaseSettings
})
export type RatingsConfig = Static<typeof RatingsConfig>

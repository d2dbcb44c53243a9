import { commonSettings } from '@bookinfo/service-kit'
import { Type, type Static } from 'typebox'

const { LOG_LEVEL, SHUTDOWN_DELAY_MS, SHUTDOWN_BUDGET_MS } = commonSettings

export const TraceViewerConfig = Type.Object({
  PORT: Type.Integer({
    default: 16686,
    minimum: 0,
    maximum: 65535,
    description: 'Port of the pages and the read API, Jaeger’s; the first argument wins over it. 0 takes a free one.'
  }),
  OTLP_PORT: Type.Integer({
    default: 4318,
    minimum: 0,
    maximum: 65535,
    description: 'Port that takes spans over OTLP/HTTP. 0 takes a free one.'
  }),
  HOST: Type.String({
    ...commonSettings.HOST,
    default: '127.0.0.1',
    description: 'Address that both ports listen on. It is a development tool: only this machine may ask.'
  }),
  ALLOWED_HOSTS: Type.String({
    default: '',
    maxLength: 2_000,
    pattern: '^[A-Za-z0-9.,:_ \\[\\]-]*$',
    description:
      'Names and addresses, with commas between, by which the viewer may be asked. `localhost`, loopback addresses and `HOST` always may.'
  }),
  MAX_SPANS: Type.Integer({
    default: 10_000,
    minimum: 1,
    maximum: 1_000_000,
    description: 'Spans that are kept; beyond that the oldest traces go first.'
  }),
  LAB_URL: Type.String({
    default: '',
    pattern: '^(https?://[^\\s"<>/?#]+)?$',
    allowed: 'an http:// or https:// address without a path',
    description: 'Where the lab of `npm start` is, which the page `/lab` controls.'
  }),
  LOG_LEVEL,
  SHUTDOWN_DELAY_MS,
  SHUTDOWN_BUDGET_MS
})
export type TraceViewerConfig = Static<typeof TraceViewerConfig>
